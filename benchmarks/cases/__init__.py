"""A module a case: `measure(folder)` yields its rows; `folder` is shared, and keeps the runs that are trained once."""

CASES = {
    "load": "the sample to an InteractionLog, from Parquet and from CSV",
    "read": "ten million rows to an InteractionLog, from CSV and from Parquet",
    "als": "training ALS",
    "item2vec": "training item2vec",
    "walks": "random walks on a graph of items",
    "eges": "training EGES beside DeepWalk",
    "two_tower": "an epoch of the two towers",
    "neighbours": "neighbours of all items",
    "evaluate": "places of next items among all items",
    "maps": "maps in a fresh worker",
    "compare": "switching item and k on the Compare page",
    "whole_catalogue": "neighbours, map and Compare page of all 68,509 items of the sample",
    "start": "the app's start",
    "memory": "peak memory from the sample to the maps",
    "estimates": "time and memory of each method beside its estimate",
}
