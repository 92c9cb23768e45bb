"""Words and numbers as a person reads them."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

# Streamlit draws icons and arrows for these behind the back of Markdown, escaped or not.
_DRAWN = re.compile(r"(?<=:)(?=material/)|(?<=[<>~=\-])(?=[<>=\-])")
_MINUS = "\N{MINUS SIGN}"  # as wide as a plus, and no line breaks behind it
_JOINER = "\N{WORD JOINER}"  # takes no room, and breaks no line
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~:$^&=])")


def plain(text: object) -> str:
    """Text from a file, made safe where Markdown is drawn: every mark that would format it is escaped."""
    return _MARKDOWN.sub(r"\\\1", _DRAWN.sub(_JOINER, " ".join(str(text).split())))


def drawn_text(text: object) -> str:
    """Text from a file, made safe where Plotly draws it, which takes tags for tags but knows no &quot;."""
    return html.escape(str(text), quote=False)


def count(number: float) -> str:
    """1234567 -> "1,234,567"."""
    return f"{number:,.0f}"


def decimal(number: float | None, places: int = 2) -> str:
    """A number with fixed places, or a dash where there is none."""
    return "–" if number is None or number != number else f"{number:z.{places}f}".replace("-", _MINUS)  # never -0.00


def percent(share: float | None, places: int = 0) -> str:
    """0.123 -> "12 %", what is rounded to nothing "< 1 %", a dash where there is none; never broken over two lines."""
    if share is None or share != share:
        return "–"
    least = 10.0**-places
    shown = (
        f"< {least:.{places}f}" if 0 < 100 * share < least / 2 else f"{100 * share:z.{places}f}".replace("-", _MINUS)
    )
    return f"{shown} %".replace(" ", "\N{NO-BREAK SPACE}")


def seconds(duration: float) -> str:
    """75 -> "1 min 15 s"."""
    if duration < 10:
        return f"{duration:.1f} s"
    whole = round(duration)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def day(moment: int | str | None) -> str:
    """A time (seconds UTC, or ISO 8601) as a date, or a dash where there is none."""
    if moment is None:
        return "–"
    if isinstance(moment, str):
        return moment[:10]
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


def minute(moment: int) -> str:
    """A time (seconds UTC) to the minute."""
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M} UTC"


def shorten(text: str, length: int = 60) -> str:
    """Cut a long text, with an ellipsis."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def file_name(name: str) -> str:
    """A name as one that every system allows for a file: "My run (2)" -> "My-run-2"."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-") or "unnamed"
