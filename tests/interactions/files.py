"""Files for tests of reading, and what must hold of every report."""

from __future__ import annotations

from pathlib import Path

from interactions import CleaningReport

GOOD = "user_id,item_id,rating,time\nu1,0104257,5,2017-01-01\nu2, b,3,2017-01-02\nu1,c,1,1483228800\n"
ITEMS = """item_id,name,genre,price,id
c,Cee,x,1.50,7
0104257,Leading zeros,,2.50,8
0104257,Again,,9,9
zz,Not bought,x,3,1
"""


def write(folder: Path, text: str | bytes, name: str = "log.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def adds_up(report: CleaningReport) -> bool:
    return report.rows == report.interactions + sum(report.dropped.values())
