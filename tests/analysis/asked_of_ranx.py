"""Run in a process of its own: lists and targets as JSON come in, the measures that ranx gives them go out."""

from __future__ import annotations

import json
import sys

import ranx

asked = json.load(sys.stdin)
measures = [f"{measure}@{k}" for measure in asked["measures"] for k in asked["ks"]]
answers = {}
for name, (wanted, ranked) in asked["lists"].items():
    qrels = {query: dict.fromkeys(items, 1) for query, items in wanted.items()}
    run = {query: {item: 1 / (place + 1) for place, item in enumerate(items)} for query, items in ranked.items()}
    found = ranx.evaluate(ranx.Qrels(qrels), ranx.Run(run), measures, return_mean=False)
    answers[name] = {measure: values.tolist() for measure, values in found.items()}
json.dump(answers, sys.stdout)
