"""Well-known logs that can be had from their publishers: where they lie, what they hold, and how they are read.

Nothing here asks the network; `workspace/fetching.py` does, and only when somebody wants one of them.

Every checksum is that of the file as its publisher gives it out. Where each comes from:

    MovieLens 100K, 1M, 20M, 25M   TensorFlow Datasets, url_checksums/movielens.txt; the files with these also have the
                                   MD5 that GroupLens gives beside each download
    MovieLens 10M                  OmniRec's loader; the file with it also has the MD5 that GroupLens gives
    Last.fm, Gowalla               OmniRec's loaders, and independent projects that pin the same file
    Online Retail II               independent projects that pin the same archive and the workbook in it

Counts are those of the publishers; Gowalla's are DataRec's count of the file, that of Online Retail II is the sheet's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from errors import LogError
from interactions import ReadOptions


@dataclass(frozen=True)
class KnownTable:
    """An item or user table beside a log.

    options   how it is written, and which file of the archive it is
    names     of its columns, where its first line does not say them
    flags     names of further columns that hold 1 where the name fits the row; they become one column "genres"
    meanings  column -> what each code in it stands for
    """

    options: ReadOptions
    names: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    meanings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class KnownSet:
    """A log that its publisher lets anybody fetch.

    about         one line on what it holds
    rows ...      as published; None where nobody says
    size          bytes of the download, about; the server says the rest
    sha256        of the download
    packed        (name, sha256) of the one file in the archive that is read, where it has to be unpacked for that
    page          where its publisher describes it
    terms         what its licence asks, in plain words; it stands whole at terms_page
    columns       role -> column, of the log or of its item table
    rules         of cleaning, where the whole of it would be too much; `about` says so
    """

    name: str
    title: str
    about: str
    rows: int
    users: int | None
    items: int | None
    url: str
    size: int
    sha256: str
    page: str
    terms: str
    terms_page: str
    columns: Mapping[str, str]
    options: ReadOptions
    items_table: KnownTable | None = None
    users_table: KnownTable | None = None
    packed: tuple[str, str] | None = None
    rules: Mapping[str, Any] = field(default_factory=dict)


_GENRES = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy",
    "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
_OCCUPATIONS = (
    "other or not specified", "academic/educator", "artist", "clerical/admin", "college/grad student",
    "customer service", "doctor/health care", "executive/managerial", "farmer", "homemaker", "K-12 student", "lawyer",
    "programmer", "retired", "sales/marketing", "scientist", "self-employed", "technician/engineer",
    "tradesman/craftsman", "unemployed", "writer",
)  # fmt: skip
_AGES = {
    "1": "under 18", "18": "18-24", "25": "25-34", "35": "35-44", "45": "45-49", "50": "50-55", "56": "56 and over",
}  # fmt: skip
_MOVIELENS = (
    "For research. Not for commercial use, and not to be passed on, without GroupLens's permission; no endorsement by "
    "them may be implied; publications cite Harper and Konstan, The MovieLens Datasets (2015)."
)
_GROUPLENS = "https://files.grouplens.org/datasets"
_NAMELESS_RATINGS = {"user": "column 1", "item": "column 2", "weight": "column 3", "time": "column 4"}
_RATINGS = {"user": "userId", "item": "movieId", "weight": "rating", "time": "timestamp"}


def _lines(member: str, separator: str, encoding: str = "utf-8", *, header: bool = False) -> ReadOptions:
    """A file of an archive in which quotes and # are letters like any other."""
    return ReadOptions(
        table=member, separator=separator, encoding=encoding, header=header, quotes=False, comment="", layout="table"
    )


def _csv(member: str) -> ReadOptions:
    return ReadOptions(
        table=member, separator=",", encoding="utf-8", header=True, quotes=True, comment="", layout="table"
    )


_SETS = (
    KnownSet(
        name="movielens-100k",
        title="MovieLens 100K",
        about="Film ratings of 1997 and 1998, with genres, and the age, gender and occupation of each user.",
        rows=100_000,
        users=943,
        items=1_682,
        url=f"{_GROUPLENS}/movielens/ml-100k.zip",
        size=4_924_029,
        sha256="50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229",
        page="https://grouplens.org/datasets/movielens/100k/",
        terms=_MOVIELENS,
        terms_page=f"{_GROUPLENS}/movielens/ml-100k-README.txt",
        columns=_NAMELESS_RATINGS | {"title": "title", "category": "genres"},
        options=_lines("ml-100k/u.data", "\t"),
        items_table=KnownTable(
            _lines("ml-100k/u.item", "|", "latin-1"),
            ("movie_id", "title", "release_date", "video_release_date", "imdb_url"),
            _GENRES,
        ),
        users_table=KnownTable(
            _lines("ml-100k/u.user", "|", "latin-1"), ("user_id", "age", "gender", "occupation", "zip_code")
        ),
    ),
    KnownSet(
        name="movielens-1m",
        title="MovieLens 1M",
        about="Film ratings of people who joined in 2000; genres; the age, gender and occupation of each user.",
        rows=1_000_209,
        users=6_040,
        items=3_706,
        url=f"{_GROUPLENS}/movielens/ml-1m.zip",
        size=5_917_549,
        sha256="a6898adb50b9ca05aa231689da44c217cb524e7ebd39d264c56e2832f2c54e20",
        page="https://grouplens.org/datasets/movielens/1m/",
        terms=f"{_MOVIELENS} A copy of each goes to GroupLens.",
        terms_page=f"{_GROUPLENS}/movielens/ml-1m-README.txt",
        columns=_NAMELESS_RATINGS | {"title": "title", "category": "genres"},
        options=_lines("ml-1m/ratings.dat", "::"),
        items_table=KnownTable(_lines("ml-1m/movies.dat", "::", "latin-1"), ("movie_id", "title", "genres")),
        users_table=KnownTable(
            _lines("ml-1m/users.dat", "::", "latin-1"),
            ("user_id", "gender", "age", "occupation", "zip_code"),
            meanings={"age": _AGES, "occupation": {str(code): name for code, name in enumerate(_OCCUPATIONS)}},
        ),
    ),
    KnownSet(
        name="movielens-10m",
        title="MovieLens 10M",
        about="Film ratings with half stars, with genres.",
        rows=10_000_054,
        users=71_567,
        items=10_681,
        url=f"{_GROUPLENS}/movielens/ml-10m.zip",
        size=65_566_137,
        sha256="813c411ccb6122564edfe752e7f80c4dcc5aa25fa94c93622f6877a7ba252862",
        page="https://grouplens.org/datasets/movielens/10m/",
        terms=_MOVIELENS,
        terms_page=f"{_GROUPLENS}/movielens/ml-10m-README.html",
        columns=_NAMELESS_RATINGS | {"title": "title", "category": "genres"},
        options=_lines("ml-10M100K/ratings.dat", "::"),
        items_table=KnownTable(_lines("ml-10M100K/movies.dat", "::"), ("movie_id", "title", "genres")),
    ),
    KnownSet(
        name="movielens-20m",
        title="MovieLens 20M",
        about="Film ratings of 1995 to 2015, with genres.",
        rows=20_000_263,
        users=138_493,
        items=27_278,
        url=f"{_GROUPLENS}/movielens/ml-20m.zip",
        size=198_702_078,
        sha256="96f243c338a8665f6bcc89c53edf6ee39162a846940de6b7c8c48aeada765ff3",
        page="https://grouplens.org/datasets/movielens/20m/",
        terms=_MOVIELENS,
        terms_page=f"{_GROUPLENS}/movielens/ml-20m-README.html",
        columns=_RATINGS | {"title": "title", "category": "genres"},
        options=_csv("ml-20m/ratings.csv"),
        items_table=KnownTable(_csv("ml-20m/movies.csv")),
    ),
    KnownSet(
        name="movielens-25m",
        title="MovieLens 25M",
        about="Film ratings of 1995 to 2019, with genres.",
        rows=25_000_095,
        users=162_541,
        items=62_423,
        url=f"{_GROUPLENS}/movielens/ml-25m.zip",
        size=261_978_986,
        sha256="8b21cfb7eb1706b4ec0aac894368d90acf26ebdfb6aced3ebd4ad5bd1eb9c6aa",
        page="https://grouplens.org/datasets/movielens/25m/",
        terms=_MOVIELENS,
        terms_page=f"{_GROUPLENS}/movielens/ml-25m-README.html",
        columns=_RATINGS | {"title": "title", "category": "genres"},
        options=_csv("ml-25m/ratings.csv"),
        items_table=KnownTable(_csv("ml-25m/movies.csv")),
    ),
    KnownSet(
        name="lastfm-2k",
        title="Last.fm 2K",
        about="How often people of Last.fm listened to an artist (HetRec 2011); without times.",
        rows=92_834,
        users=1_892,
        items=17_632,
        url=f"{_GROUPLENS}/hetrec2011/hetrec2011-lastfm-2k.zip",
        size=2_500_000,
        sha256="6738f48195667ff03caaab4d32ca9a3133d8cc026b7c3cdaf6ce1010e913c59c",
        page="https://grouplens.org/datasets/hetrec-2011/",
        terms="For non-commercial use; for any other ask Last.fm. Publications cite Last.fm, www.lastfm.com.",
        terms_page=f"{_GROUPLENS}/hetrec2011/hetrec2011-lastfm-readme.txt",
        columns={"user": "userID", "item": "artistID", "weight": "weight", "title": "name"},
        options=_lines("user_artists.dat", "\t", header=True),
        items_table=KnownTable(_lines("artists.dat", "\t", header=True)),
    ),
    KnownSet(
        name="online-retail-ii",
        title="Online Retail II, 2010 and 2011",
        about=(
            "A year of receipts of a British online shop for gifts, from December 2010. Rows without a customer are "
            "left out; returns are in it, and can be left out under Cleaning."
        ),
        rows=541_910,
        users=None,
        items=None,
        url="https://archive.ics.uci.edu/static/public/502/online+retail+ii.zip",
        size=45_622_418,
        sha256="572e36277c2390fbfde10664750731e0a86f55e33470d91919085f0408e67bfb",
        page="https://archive.ics.uci.edu/dataset/502/online+retail+ii",
        terms="CC BY 4.0: free to use and to pass on, naming Chen, Online Retail II (2012), UCI.",
        terms_page="https://creativecommons.org/licenses/by/4.0/",
        columns={
            "user": "Customer ID",
            "item": "StockCode",
            "session": "Invoice",
            "time": "InvoiceDate",
            "title": "Description",
            "quantity": "Quantity",
        },
        options=ReadOptions(table="Year 2010-2011"),
        packed=("online_retail_II.xlsx", "bcbe73b35f5b7babf197fb0cb983a11f5d9ff929078d4aa53d171b1f2df2e980"),
    ),
    KnownSet(
        name="gowalla",
        title="Gowalla",
        about=(
            "Check-ins at places, February 2009 to October 2010. Opens the places where at least 10 people were; "
            "change that later under Cleaning."
        ),
        rows=6_442_892,
        users=107_092,
        items=1_280_969,
        url="https://snap.stanford.edu/data/loc-gowalla_totalCheckins.txt.gz",
        size=105_470_044,
        sha256="c1c3e19effba649b6c89aeab3c1f9459fad88cfdc2b460fc70fd54e295d83ea0",
        page="https://snap.stanford.edu/data/loc-gowalla.html",
        terms=(
            "Its page states no licence: ask before it goes beyond research. Publications cite Cho, Myers and "
            "Leskovec, Friendship and Mobility (2011)."
        ),
        terms_page="https://snap.stanford.edu/data/loc-gowalla.html",
        columns={"user": "column 1", "time": "column 2", "item": "column 5"},
        options=ReadOptions(separator="\t", encoding="utf-8", header=False, quotes=False, comment="", layout="table"),
        rules={"min_users_per_item": 10},
    ),
)
KNOWN_SETS: dict[str, KnownSet] = {known.name: known for known in _SETS}


def find_known(name: str) -> KnownSet:
    """The set with this name; raises LogError where there is none."""
    if name not in KNOWN_SETS:
        raise LogError(f"There is no well-known set {name!r}: choose one of {', '.join(KNOWN_SETS)}.")
    return KNOWN_SETS[name]
