"""RecBole: popularity, coverage and inequality of recommended lists, and the accuracy measures of a top list."""

import json
import sys
from pathlib import Path

sys.path.remove(str(Path(__file__).parent))  # this file has the package's name

import torch
from recbole.evaluator import metrics
from recbole.evaluator.collector import DataStruct

inputs = json.load(sys.stdin)
k, n_items = inputs["k"], inputs["n_items"]
depths = [k // 2, k]
config = {"topk": depths, "metric_decimal_place": 12, "tail_ratio": inputs["not_head"] / n_items + 1e-9}

told = DataStruct()
# Backwards, so that of equally popular items the one of the higher code is first in the tail.
told.set("rec.items", torch.tensor([[n_items - item for item in row] for row in inputs["lists"]], dtype=torch.float64))
told.set("data.num_items", n_items)
told.set("data.count_items", {n_items - item: count for item, count in enumerate(inputs["popularity"])})
values: dict[str, float] = {}
for metric in ("AveragePopularity", "TailPercentage", "ItemCoverage", "GiniIndex"):
    values |= getattr(metrics, metric)(config).calculate_metric(told)

for name, targets in (("targets", inputs["targets"]), ("next_item", [[item] for item in inputs["next_item"]])):
    hits = [
        [*(int(item in wanted) for item in row), len(wanted)]
        for row, wanted in zip(inputs["lists"], targets, strict=True)
    ]
    told.set("rec.topk", torch.tensor(hits))
    for metric in ("Hit", "Recall", "MRR", "NDCG"):
        found = getattr(metrics, metric)(config).calculate_metric(told)
        values |= {f"{name} {depth}": value for depth, value in found.items()}
json.dump({name: float(value) for name, value in values.items()}, sys.stdout)
