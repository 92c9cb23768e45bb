"""What a person chooses about how a file is read reaches the reader."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from streamlit.testing.v1 import AppTest

from interactions import ReadOptions
from widgets.logs.reading_options import head_of


def page(path: str, log: bool) -> None:
    from pathlib import Path

    import streamlit as st

    from widgets.logs.reading_options import read_as

    options, _ = read_as(Path(path), Path(path).name, "table", log=log)
    st.text(options.model_dump_json())


def chosen(app: AppTest) -> ReadOptions:
    assert not app.exception
    return ReadOptions.model_validate_json(app.text[0].value)


def test_how_ids_are_compared_is_asked_of_tables_of_any_format_and_never_of_a_log(tmp_path: Path) -> None:
    pq.write_table(pa.table({"item": [1, 2]}), tmp_path / "items.parquet")
    path = str(tmp_path / "items.parquet")
    app = AppTest.from_function(page, kwargs={"path": path, "log": False}).run()
    assert chosen(app).match_ids is None
    app.selectbox(key="table-match_ids").select("as numbers").run()
    assert chosen(app) == ReadOptions(match_ids="as numbers")
    app = AppTest.from_function(page, kwargs={"path": path, "log": True}).run()
    assert "table-match_ids" not in [box.key for box in app.selectbox]


def test_escapes_are_detected_and_can_be_set(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text('user,item\n"u1","a \\"b\\" c"\n"u2","d"\n', encoding="utf-8")
    app = AppTest.from_function(page, kwargs={"path": str(tmp_path / "log.csv"), "log": True}).run()
    box = app.selectbox(key="table-escapes")
    assert box.placeholder == "Detected: yes"
    box.select("No").run()
    assert chosen(app).escapes is False


def test_a_file_that_has_changed_is_looked_at_anew(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("wser,item\nu1,i1\n")
    os.utime(path, ns=(1, 1))
    assert head_of(path, ReadOptions()).columns == ["wser", "item"]
    path.write_text("user,item\nu1,i1\n")
    os.utime(path, ns=(2, 2))
    assert head_of(path, ReadOptions()).columns == ["user", "item"]
