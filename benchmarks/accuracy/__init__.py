"""What the methods learn, held against numbers and libraries from outside: `python -m benchmarks.accuracy`.

A module a case: `measure()` yields its checks.
"""

CASES = {
    "svd": "SVD: singular values of the sample against scipy's",
    "biased_mf": "biased MF: error of the ratings on MovieLens 100K",
    "als": "ALS: vectors of the sample against implicit called directly",
    "bpr": "BPR: vectors of the sample against implicit called directly",
    "item2vec": "item2vec: vectors of the sample against gensim's Word2Vec called directly",
    "quality": "item2vec, compiled, trained on the first 90 % of the sample and asked about the rest, against gensim",
    "user2vec": "user2vec: vectors of the sample against gensim's Doc2Vec called directly",
    "walks": "DeepWalk and node2vec: walks against the node2vec package's",
    "fm": "factorisation machine: error of the scores on MovieLens 100K",
    "gradients": "two towers: gradients of the softmax over the batch against finite differences",
    "switches": "what sets a method apart, on and off, on logs planted for it",
}
