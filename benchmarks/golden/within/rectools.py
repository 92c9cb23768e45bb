"""RecTools: popularity and coverage of recommended lists, and the accuracy measures of a top list."""

import json
import sys
from pathlib import Path

sys.path.remove(str(Path(__file__).parent))  # this file has the package's name

import pandas as pd
from rectools import Columns, metrics


def table(rows: list[list[int]]) -> pd.DataFrame:
    """Users and their items, with the place in the row as rank."""
    return pd.DataFrame(
        [(user, item, place + 1) for user, row in enumerate(rows) for place, item in enumerate(row)],
        columns=[Columns.User, Columns.Item, Columns.Rank],
    )


inputs = json.load(sys.stdin)
lists, histories = table(inputs["lists"]), table(inputs["histories"])
values = {}
for k in (2, inputs["k"] // 2, inputs["k"]):
    values[f"arp@{k}"] = metrics.AvgRecPopularity(k=k).calc(lists, histories)
    values[f"coverage@{k}"] = metrics.CatalogCoverage(k=k, normalize=True).calc(lists, range(inputs["n_items"]))
    for name, targets in (("targets", inputs["targets"]), ("next_item", [[item] for item in inputs["next_item"]])):
        wanted = table(targets)
        for measure, metric in {
            "hit": metrics.HitRate(k=k),
            "recall": metrics.Recall(k=k),
            "r_precision": metrics.Precision(k=k, r_precision=True),
            "mrr": metrics.MRR(k=k),
            "ndcg": metrics.NDCG(k=k, divide_by_achievable=True),
        }.items():
            values[f"{name} {measure}@{k}"] = metric.calc(lists, wanted)
json.dump({name: float(value) for name, value in values.items()}, sys.stdout)
