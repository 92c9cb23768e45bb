"""One HTML file that stands alone: charts, tables and text in it, nothing fetched from anywhere."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
from markdown_it import MarkdownIt
from plotly.io.json import to_json_plotly
from plotly.offline import get_plotlyjs

from figures.definitions import definitions

_HERE = Path(__file__).parent
# What a browser may do with the file: draw. Nothing can be fetched, whatever stands in it; Plotly compiles its shaders'
# wrappers, and saves pictures by way of data: and blob:.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)
_LONGEST_WORD = 24  # letters; what is longer, such as a digest, may break anywhere


class ReportPage:
    """Collects charts while the body is written, then puts all into one text."""

    def __init__(self) -> None:
        self._charts: list[str] = []
        self.titles: list[str] = []  # shown on pointing at an item of a map: a list for both maps, since it is long

    def chart(self, figure: go.Figure | Mapping[str, Any], alt: str, *, stacks: bool = False) -> str:
        """The place of a figure; `stacks` = its two panes stand one above the other in a narrow window."""
        drawn = figure.to_dict() if isinstance(figure, go.Figure) else figure
        layout = {name: value for name, value in drawn["layout"].items() if name != "template"}  # the page has its own
        self._charts.append(to_json_plotly({"data": drawn["data"], "layout": layout}, engine="orjson"))
        height = int(layout.get("height", 320))
        return (
            f'<div class="chart" role="img" aria-label="{text(alt)}" data-chart="{len(self._charts) - 1}"'
            f'{" data-stacks" if stacks else ""} style="min-height: {height}px"></div>'
        )

    def html(self, title: str, body: str, data: Mapping[str, Any]) -> str:
        """The whole file; `data` = the numbers in it, for programs, under the id "comparison"."""
        style, script = _part("report_page.css"), _part("report_page.js")
        parts = [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{text(title)}</title>",
            f"<style>\n{style}</style>",
            "</head>",
            "<body>",
            f"<main>\n{body}\n</main>",
            _data("comparison", _json(data)),
            _data("titles", _json(self.titles)),
            _data("charts", f"[{','.join(self._charts)}]"),
            f"<script>{_library()}</script>",
            f"<script>\n{script}</script>",
            "</body>",
            "</html>",
        ]
        return "\n".join(parts) + "\n"


def text(value: object) -> str:
    """Text of any origin where HTML stands, in an attribute as well."""
    return html.escape(" ".join(str(value).split()))


def markdown(words: str) -> str:
    """Our own sentences and definitions as HTML, without a paragraph around them where they are one."""
    drawn: str = _converter().render(words).strip()
    inner = drawn.removeprefix("<p>").removesuffix("</p>")
    return inner if "<p>" not in inner else drawn


def table(head: Sequence[str], rows: Sequence[Sequence[object]], caption: str, *, words: int = 1) -> str:
    """A table of plain texts, of which the first `words` columns are words and the others numbers; "#" is a rank."""

    def kind(place: int, cell: object) -> str:
        if head[place] == "#":
            return ' class="rank"'
        if place >= words:
            return ' class="number"'
        return ' class="long"' if max(map(len, str(cell).split()), default=0) > _LONGEST_WORD else ""

    def cells(row: Sequence[object], tag: str) -> str:
        return "".join(f"<{tag}{kind(place, cell)}>{text(cell)}</{tag}>" for place, cell in enumerate(row))

    lines = [f"<tr>{cells(row, 'td')}</tr>" for row in rows]
    return "\n".join(
        [
            f'<div class="listed"><p class="soft">{text(caption)}</p>',  # a caption would be as wide as the table
            f'<div class="wide"><table aria-label="{text(caption)}">',
            f"<thead><tr>{cells(head, 'th')}</tr></thead>" if any(head) else "",
            "<tbody>",
            *lines,
            "</tbody></table></div></div>",
        ]
    )


def explained(*names: str) -> str:
    """The definitions of these measures, folded; a printed page shows them."""
    known = definitions()
    entries = [f"<dt>{text(title)}</dt><dd>{markdown(body)}</dd>" for title, body in (known[name] for name in names)]
    return f'<details class="what"><summary>What do these numbers mean?</summary><dl>{"".join(entries)}</dl></details>'


@cache
def _converter() -> MarkdownIt:
    converter = MarkdownIt("commonmark", {"html": False})
    return converter.disable(["link", "image", "autolink", "html_block", "html_inline", "reference"])


@cache
def _part(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


@cache
def _library() -> str:
    return str(get_plotlyjs()).replace("</script", r"<\/script")


def _json(value: Any) -> str:
    encoded: str = to_json_plotly(value, engine="orjson")
    return encoded


def _data(name: str, encoded: str) -> str:
    """JSON that a script reads: in it < can only stand in a text, where it may not end or open a tag."""
    safe = encoded.replace("<", "\\u003c")
    return f'<script type="application/json" id="{name}">{safe}</script>'
