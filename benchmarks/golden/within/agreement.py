"""rbo: extrapolated rank-biased overlap. hoggorm: the RV coefficient of centred columns, which is linear CKA."""

import json
import sys

import numpy as np
from hoggorm.mat_corr_coeff import RVcoeff
from rbo import RankingSimilarity

inputs = json.load(sys.stdin)
pairs = list(zip(inputs["lists_a"], inputs["lists_b"], strict=True))
values = {
    f"rbo {persistence}": [float(RankingSimilarity(a, b).rbo_ext(p=persistence)) for a, b in pairs]
    for persistence in inputs["persistences"]
}
centred = [np.array(inputs[side]) - np.mean(inputs[side], axis=0) for side in ("x", "y")]
json.dump(values | {"rv": float(RVcoeff(centred)[0, 1])}, sys.stdout)
