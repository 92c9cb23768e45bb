"""Values of our numbers as other people's code gives them, kept in tests/analysis/golden/ for the tests to hold us to.

Each of the packages below needs others of an age or a kind that cannot stand beside ours, so that each has an
environment of its own, made for the purpose and thrown away. What is asked of whom, and where definitions differ:

hubness    scikit-hubness: skewness, Robin Hood index, anti-hubs, largest hub (as the share of items that have it in
           their lists), Gini index, from distances. Its neighbour search needs a scikit-learn that is older than any
           for Python 3.11: it is left out, since with given distances it is never asked.
recbole    RecBole: average popularity, item coverage, Gini index (over all items, as ours) and the share of the tail:
           its tail is what stands last by popularity, equal ones by descending id, so that items are numbered
           backwards for it and the tail is as long as what is not our head. Hit rate, recall, MRR and NDCG of
           targets; its recall divides by all targets, ours by no more than k: the two are one where k >= the targets.
rectools   RecTools: average popularity, coverage of the catalogue; hit rate, recall, MRR and NDCG of targets, the last
           with the ideal of the targets that there are. Its R-precision is our recall: hits over min(k, targets). It
           has no Gini index, and measures of novelty that we have not.
agreement  rbo: extrapolated rank-biased overlap, eq. 32. hoggorm: the RV coefficient, which for centred columns is
           linear CKA by an older name. Packages that say CKA mostly mean the unbiased estimate, another number.
"""

from __future__ import annotations

from typing import Final

# For each file: what the environment is made of, the package that is asked last. It is installed without what it asks
# for, because it asks for versions that Python 3.11 does not have or for what has nothing to do with its measures.
ENVIRONMENTS: Final = {
    "hubness": ("numpy==1.23.5", "scipy==1.9.3", "scikit-learn==1.1.3", "tqdm", "scikit-hubness==0.21.2"),
    "recbole": (
        "numpy==1.23.5",  # its measures name a type that later releases have no more
        "pandas==1.5.3",
        "scipy==1.9.3",
        "scikit-learn==1.1.3",
        "torch",  # some gigabytes
        "colorlog==4.7.2",
        "colorama==0.4.4",
        "texttable",
        "tensorboard",
        "recbole==1.2.1",
    ),
    "rectools": (
        "numpy==1.26.4",
        "pandas==2.3.3",
        "scipy",
        "attrs==23.2.0",
        "pydantic",
        "pydantic-core",
        "pm-implicit==0.7.3",
        "tqdm",
        "typeguard",
        "rectools==0.19.0",
    ),
    "agreement": ("numpy", "tqdm", "hoggorm==0.13.3", "rbo==0.1.3"),
}
