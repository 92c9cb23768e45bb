"""A report taken apart as a browser does it."""

from __future__ import annotations

from html.parser import HTMLParser


class Reader(HTMLParser):
    """A page as a browser takes it apart: tables as lists of rows, all text, every attribute, every script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.labels: list[str] = []  # of the tables
        self.words = ""
        self.attributes: list[tuple[str, str, str | None]] = []
        self.scripts: list[str] = []
        self._inside: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in ("meta", "br", "img"):
            self._inside.append(tag)
        if tag == "table":
            self.tables.append([])
            self.labels.append(dict(attrs).get("aria-label") or "")
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
        elif tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._inside.pop() == tag  # everything that is opened is closed, in order

    def handle_data(self, data: str) -> None:
        if "script" in self._inside:
            self.scripts[-1] += data
        elif "style" not in self._inside:
            self.words += data
            if {"td", "th"} & set(self._inside):
                self.tables[-1][-1][-1] += data

    def rows(self, first: str) -> list[list[str]]:
        """All rows of all tables that begin so."""
        return [row for table in self.tables for row in table if row[0] == first]

    def rows_of_table(self, label: str) -> list[list[str]]:
        """The rows below the heads of the one table whose label begins so."""
        (place,) = (place for place, own in enumerate(self.labels) if own.startswith(label))
        return self.tables[place][1:]
