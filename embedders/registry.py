"""The list of methods: a new one is a new module and a line here.

The modules import their libraries when they train, so that the list itself is light.
"""

from __future__ import annotations

from typing import Any

from embedders.als import Als
from embedders.base import Method
from embedders.biased_mf import BiasedMf
from embedders.bpr import Bpr
from embedders.cooccurrence_svd import CooccurrenceSvd
from embedders.deepwalk import DeepWalk
from embedders.fm import Fm
from embedders.item2vec import Item2vec
from embedders.node2vec import Node2vec
from embedders.svd import Svd
from embedders.user2vec import User2vec

METHODS: dict[str, Method[Any]] = {
    method.name: method
    for method in (
        Svd(),
        BiasedMf(),
        Als(),
        Bpr(),
        Fm(),
        CooccurrenceSvd(),
        Item2vec(),
        User2vec(),
        DeepWalk(),
        Node2vec(),
    )
}
"""Name -> method, in the order of the Train page."""
