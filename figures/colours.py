"""One colour for one meaning, on every page; each is legible on the light and on the dark background."""

from __future__ import annotations

A = "#3b82f6"  # run A
B = "#f97316"  # run B
BOTH = "#10b981"  # in both runs
QUERY = "#ef4444"  # the chosen item
OTHER = "#9aa4b5"  # everything that has no colour of its own
BASELINE = "#8792a5"  # chance
POPULAR = "#a855f7"  # the most popular items for everybody
CHOSEN = "#0d9488"  # what users chose themselves
ON_BAR = "#475569"  # the edge of a bright mark on a grey bar
FRAME = "rgba(135, 146, 165, 0.35)"  # the edge of a map

BUCKETS = {"head": "#e11d48", "mid": "#d97706", "tail": "#0ea5e9"}

CATEGORIES = (
    "#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f", "#edc948", "#b07aa1", "#ff9da7", "#9c755f", "#2f9e9a",
    "#d37295", "#8cd17d", "#b6992d", "#499894", "#86bcb6", "#f1ce63", "#a0cbe8", "#d4a6c8", "#fabfd2", "#6b8ef5",
)  # fmt: skip

FAMILIES = {
    "matrix factorisation": "#4e79a7", "sequences": "#e15759", "graph": "#59a14f", "neural": "#b07aa1",
    "imported": "#9c755f",
}  # fmt: skip
