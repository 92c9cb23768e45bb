"""What the methods learn, held against numbers and libraries from outside: `python -m benchmarks.accuracy`.

A module a case: `measure()` yields its checks.
"""

CASES = {
    "fm": "factorisation machine: error of the scores on MovieLens 100K",
}
