"""Where the numbers of a report come from: the logs and their rules, the trainings, the versions of packages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from embedders.base import written
from figures.log_words import rules_in_words
from figures.report_page import table, text
from figures.text import count, day
from workspace.pairs import Pair
from workspace.provenance import Provenance
from workspace.runs import RunEntry


def sources_section(pair: Pair, provenance: tuple[Provenance, Provenance], versions: Mapping[str, str]) -> str:
    """Logs, runs with every parameter, versions: what it takes to get the same numbers again."""
    runs = (pair.a.entry, pair.b.entry)
    same = runs[0].log_digest == runs[1].log_digest
    parts = ["<h2>How were these numbers made?</h2>"]
    if same:
        parts.append(_log("The log", runs[0], provenance[0]))
    else:
        parts += [
            _log(f"The log of {letter}", *side)
            for letter, side in zip("AB", zip(runs, provenance, strict=True), strict=True)
        ]
    parts.append("<h3>The runs</h3>")
    parts.append(_runs(pair, provenance))
    parts.append('<div class="pair">')
    parts += [_parameters(letter, run, of) for letter, run, of in zip("AB", runs, provenance, strict=True)]
    parts.append("</div>")
    for letter, run in zip("AB", runs, strict=True):
        parts += [f'<p class="soft">{letter}: {text(note)}</p>' for note in run.notes]
    parts.append("<h3>Versions</h3>")
    parts.append(table(("Package", "Version"), list(versions.items()), "As installed when this was written.", words=2))
    return "\n".join(parts)


def _log(heading: str, run: RunEntry, of: Provenance) -> str:
    rows: list[tuple[str, str]] = [("Name", run.log_name), ("Digest", run.log_digest)]
    rows += [(name.capitalize(), count(number)) for name, number in of.size.items() if number is not None]
    rows.append(("Popularity counts", f"distinct {of.whose} of an item"))
    if of.log is None:
        rows.append(("Rules of cleaning", "not kept here; the digest names them"))
    else:
        kept = of.log
        if kept.first is not None and kept.last is not None:
            rows.append(("Time", f"{day(kept.first)} to {day(kept.last)}"))
        rows.append(("File", kept.source_name))
        rows.append(("Columns", ", ".join(f"{role} = {column}" for role, column in kept.columns.items())))
        rows.append(("Rules of cleaning", ", ".join(rules_in_words(kept.rules)) or "none"))
        dropped = [f"{reason.replace('_', ' ')} {count(number)}" for reason, number in kept.dropped.items() if number]
        rows.append(("Rows left out", ", ".join(dropped) or "none"))
    return (
        f"<h3>{text(heading)}</h3>{table(('', ''), rows, 'The digest names the file, its columns and rules.', words=2)}"
    )


def _runs(pair: Pair, provenance: Sequence[Provenance]) -> str:
    a, b = pair.a.entry, pair.b.entry
    versions = [of.method_version for of in provenance]
    rows = [
        ("Method", a.title, b.title),
        ("Seed", a.seed, b.seed),
        ("Dimensions", a.dimensions, b.dimensions),
        ("Items with a vector", *(f"{count(run.n_items - run.n_missing)} of {count(run.n_items)}" for run in (a, b))),
        ("Neighbours by", pair.similarity_a, pair.similarity_b),
        ("Trained", day(a.created), day(b.created)),
        ("Version of the method", *versions),
        ("Key", a.key, b.key),
    ]
    caption = "The key names log, method, parameters, seed and version."
    return table(("", f"A: {pair.names[0]}", f"B: {pair.names[1]}"), rows, caption, words=3)


def _parameters(letter: str, run: RunEntry, of: Provenance) -> str:
    rows = [
        (name, written(value), written(of.defaults[name]) if name in of.defaults else "–")
        for name, value in run.params.items()
    ]
    return table(("Parameter", "Value", "Default"), rows, f"{letter}: {run.title}", words=3)
