"""A publisher of well-known sets on this machine, with small files laid out like the real ones."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import io
import threading
import zipfile
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import openpyxl
import pytest

from workspace.known_sets import KNOWN_SETS, KnownSet

FLAGS = {"Animation": 3, "Children's": 4, "Comedy": 5}


class Publisher(ThreadingHTTPServer):
    """A server on this machine.

    files     path -> what it answers with
    asked     the paths, in the order in which they were asked for
    cut_off   bytes after which it sends nothing more and holds the line, None = it sends all
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.cut_off: int | None = None
        self.breaks_off = False
        self.let_go = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    server: Publisher

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        content = self.server.files.get(self.path)
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: self.server.cut_off])
        self.wfile.flush()
        if self.server.cut_off is not None and not self.server.breaks_off:
            self.server.let_go.wait(30)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on standard error."""


def published(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, workbook: bytes | None = None
) -> KnownSet:
    """The set of that name as this server has it: the real one but for address, size and checksum."""
    real = KNOWN_SETS[name]
    path = "/" + real.url.rpartition("/")[2]
    packed = None
    if real.packed is not None and workbook is not None:
        packed = (real.packed[0], hashlib.sha256(workbook).hexdigest())
    here = dataclasses.replace(
        real,
        url=publisher.address + path,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        packed=packed,
    )
    publisher.files[path] = content
    monkeypatch.setitem(KNOWN_SETS, name, here)
    return here


def archive(files: dict[str, bytes | str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(zipfile.ZipInfo(name), content)
    return packed.getvalue()


def movielens_100k() -> bytes:
    def item(code: int, title: str, *genres: str) -> str:
        flags = ["0"] * 19
        for genre in genres:
            flags[FLAGS[genre]] = "1"
        return "|".join([str(code), title, "01-Jan-1995", "", "http://us.imdb.com/M/title-exact?x", *flags])

    rows = "196\t242\t3\t881250949\n186\t302\t3\t891717742\n196\t302\t5\t881250950\n22\t242\t1\t878887116\n"
    items = [item(242, "Misérables, Les (1995)", "Animation", "Comedy"), item(302, 'The "Other" #1 (1997)', "Comedy")]
    users = "196|49|M|writer|55105\n186|39|F|executive|00000\n22|25|M|writer|40206\n"
    return archive(
        {
            "ml-100k/README": "SUMMARY",
            "ml-100k/u.data": rows,
            "ml-100k/u.item": "\n".join(items).encode("latin-1") + b"\n",
            "ml-100k/u.user": users,
        }
    )


def movielens_1m() -> bytes:
    return archive(
        {
            "ml-1m/movies.dat": "1193::Été: One (1975)::Drama\n661::James::Animation|Children's|Musical\n".encode(
                "latin-1"
            ),
            "ml-1m/ratings.dat": "1::1193::5::978300760\n1::661::3::978302109\n2::1193::4::978298413\n",
            "ml-1m/users.dat": "1::F::1::10::48067\n2::M::56::16::70072\n",
            "ml-1m/README": "SUMMARY",
        }
    )


def with_ratings_csv(folder: str) -> bytes:
    return archive(
        {
            f"{folder}/tags.csv": "userId,movieId,tag,timestamp\n3,260,classic,1439472355\n",
            f"{folder}/ratings.csv": "userId,movieId,rating,timestamp\n1,296,5.0,1147880044\n1,306,3.5,1147868817\n"
            "2,296,0.5,1141415820\n",
            f"{folder}/movies.csv": 'movieId,title,genres\n296,"Film, ""The"" (1994)",Comedy|Crime\n306,Rouge,Drama\n',
        }
    )


def movielens_10m() -> bytes:
    return archive(
        {
            "ml-10M100K/movies.dat": "122::Boomerang à deux (1992)::Comedy|Romance\n185::Net, The::Action\n",
            "ml-10M100K/ratings.dat": "1::122::5::838985046\n1::185::0.5::838983525\n2::122::3::868245777\n",
        }
    )


def lastfm() -> bytes:
    return archive(
        {
            "artists.dat": 'id\tname\turl\tpictureURL\n51\t"Weird Al\thttp://x\t\n52\tMorcheeba"\thttp://y\thttp://z\n',
            "user_artists.dat": "userID\tartistID\tweight\n2\t51\t13883\n2\t52\t11690\n3\t51\t7\n",
        }
    )


def gowalla() -> bytes:
    rows = [f"{user}\t2010-10-19T23:55:{user:02}Z\t30.2\t-97.7\t22847" for user in range(10)]
    rows += [f"{user}\t2010-10-18T22:17:{user:02}Z\t30.2\t-97.7\t316637" for user in range(10)]
    return gzip.compress("\n".join([*rows, "0\t2010-10-17T23:42:03Z\t30.2\t-97.7\t420315\n"]).encode(), mtime=0)


def retail_workbook() -> bytes:
    book = openpyxl.Workbook()
    for sheet, first in (("Year 2009-2010", 489434), ("Year 2010-2011", 536365)):
        page = book.create_sheet(sheet)
        page.append(
            ["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country"]
        )
        for place, (code, customer) in enumerate([("85123A", 17850), (71053, 17850), (71053, 13047), (71053, None)]):
            page.append(
                [first + place, code, f"THING {code}", 6, datetime(2010, 12, 1, 8, 20 + place), 2.5, customer, "UK"]
            )
    del book["Sheet"]
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()
