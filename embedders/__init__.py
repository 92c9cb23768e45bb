"""One embedding method a file; base.py is the contract, registry.py the list, parts/ what methods share."""

from embedders.base import Embedding, Method, Params, Progress
from embedders.registry import METHODS

__all__ = ["METHODS", "Embedding", "Method", "Params", "Progress"]
