"""The contract's own parts: parameters in a person's words, results on disk, errors of a training."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pydantic
import pytest

from embedders.base import Embedding, Family, Learned, Method, Params, Progress, parameter
from errors import ParameterError, RunError
from interactions.log import InteractionLog
from tests.planted import two_islands


class SomeParams(Params):
    rate: float = parameter(0.5, "A rate.", low=0.0, high=1.0)
    kind: Literal["plain", "fancy"] = parameter("plain", "A kind.")
    turn: bool = parameter(False, "A turn.")


class Doubler(Method[SomeParams]):
    """A method whose vectors are known: twice the item code, or whatever `scale` makes of it."""

    name: ClassVar[str] = "doubler"
    title: ClassVar[str] = "Doubler"
    family: ClassVar[Family] = "neural"
    summary: ClassVar[str] = "Nothing."
    sees: ClassVar[str] = "Nothing."
    Params = SomeParams
    scale = 2.0

    def learn(self, log: InteractionLog, params: SomeParams, seed: int, progress: Progress) -> Learned:
        codes = np.arange(log.n_items, dtype=np.float64)
        return Learned(np.asfortranarray(self.scale * codes[:, np.newaxis] * np.ones(params.dimensions)))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"dimensions": 1}, "dimensions = 1 is too small: the least is 2."),
        ({"dimensions": 4096}, "dimensions = 4096 is too large: the most is 1024."),
        ({"dimensions": "many"}, "dimensions = 'many' is not a whole number."),
        ({"dimensions": 6.5}, "dimensions = 6.5 is not a whole number."),
        ({"dimensions": None}, "dimensions = None is not a whole number."),
        ({"dimensions": [64]}, "dimensions = [64] is not a whole number."),
        ({"rate": -0.25}, "rate = -0.25 is too small: the least is 0."),
        ({"rate": "fast"}, "rate = 'fast' is not a number."),
        ({"rate": None}, "rate = None is not a number."),
        ({"rate": float("nan")}, "rate = nan is not a finite number."),
        ({"rate": "inf"}, "rate = 'inf' is not a finite number."),
        ({"kind": "odd"}, "kind = 'odd' is not one of the choices, which are 'plain' or 'fancy'."),
        ({"kind": 3}, "kind = 3 is not one of the choices, which are 'plain' or 'fancy'."),
        ({"turn": "maybe"}, "turn = 'maybe' is neither true nor false."),
        ({"turn": None}, "turn = None is neither true nor false."),
        ({"speed": 3}, "There is no parameter 'speed': this method takes dimensions, threads, rate, kind, turn."),
    ],
)
def test_a_wrong_parameter_is_named_with_what_is_allowed(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        SomeParams.checked(given)
    assert str(caught.value) == message


def test_text_from_a_command_line_becomes_values() -> None:
    params = SomeParams.checked({"dimensions": "32", "rate": "1e-4", "turn": "true", "kind": "fancy"})
    assert params == SomeParams(dimensions=32, rate=0.0001, turn=True, kind="fancy")


def test_parameters_cannot_be_changed_or_crafted_past_their_bounds() -> None:
    params = SomeParams()
    with pytest.raises(pydantic.ValidationError):
        params.rate = 0.7
    with pytest.raises(pydantic.ValidationError):
        SomeParams(rate=7.0)
    with pytest.raises(pydantic.ValidationError):
        SomeParams(speed=3)  # type: ignore[call-arg]


def test_fit_makes_an_embedding_of_what_was_learned() -> None:
    log = two_islands()
    embedding = Doubler().fit(log, SomeParams(dimensions=3, rate=0.25), seed=7)
    assert embedding.item_vectors.tolist() == [[2.0 * code] * 3 for code in range(log.n_items)]
    assert embedding.item_vectors.dtype == np.float32
    assert embedding.item_vectors.flags.c_contiguous
    assert embedding.params == {"dimensions": 3, "threads": 2, "rate": 0.25, "kind": "plain", "turn": False}
    assert (embedding.method, embedding.seed, embedding.user_ids) == ("doubler", 7, None)
    assert embedding.missing == ["A00"]  # code 0 doubled is a zero row


@pytest.mark.parametrize("scale", [np.nan, np.inf, 1e300])
def test_numbers_that_ran_away_are_an_error_for_a_person(scale: float) -> None:
    method = Doubler()
    method.scale = scale
    with np.errstate(invalid="ignore"), pytest.raises(ParameterError, match="Doubler ran away to infinite numbers"):
        method.fit(two_islands(), SomeParams())


IDS = np.array(["007", "", "a b", "面包", "line\nbreak", "=1+1"], dtype=object)


def embedding(**values: Any) -> Embedding:
    vectors = np.arange(12, dtype=np.float32).reshape(6, 2)
    facts = {"method": "x", "params": {"rate": 0.1}, "seed": 2, "log_digest": "d", "seconds": 1.5}
    return Embedding(item_ids=IDS, item_vectors=vectors, **{**facts, **values})


def test_any_id_and_every_array_survive_the_disk(tmp_path: Path) -> None:
    saved = embedding(
        user_ids=np.array(["é"], dtype=object),
        user_vectors=np.array([[0.1, -0.0]], dtype=np.float32),
        item_bias=np.arange(6, dtype=np.float32),
        context_vectors=np.full((6, 2), 1e-42, dtype=np.float32),
        losses=(0.1, 0.05),
        notes=("Note.",),
    )
    saved.save(tmp_path, beside={"name": "my run"})
    read = Embedding.load(tmp_path)
    assert read.item_ids.tolist() == IDS.tolist()
    assert read.user_ids is not None
    assert read.user_ids.tolist() == ["é"]
    for name in ("item_vectors", "user_vectors", "item_bias", "context_vectors"):
        assert getattr(read, name).tobytes() == getattr(saved, name).tobytes()
    assert (read.losses, read.notes, read.params, read.seconds) == ((0.1, 0.05), ("Note.",), {"rate": 0.1}, 1.5)


@pytest.mark.parametrize("damage", ["no folder", "no vectors", "cut vectors", "no json", "half a json", "missing key"])
def test_a_damaged_run_is_named(tmp_path: Path, damage: str) -> None:
    embedding().save(tmp_path)
    vectors, facts = tmp_path / "vectors.npz", tmp_path / "run.json"
    folder = tmp_path
    if damage == "no folder":
        folder = tmp_path / "nowhere"
    elif damage == "no vectors":
        vectors.unlink()
    elif damage == "cut vectors":
        vectors.write_bytes(vectors.read_bytes()[:200])
    elif damage == "no json":
        facts.unlink()
    elif damage == "half a json":
        facts.write_text(facts.read_text()[:20])
    else:
        facts.write_text(facts.read_text().replace("losses", "lasses"))
    with pytest.raises(RunError, match="is not a run folder, or it is damaged"):
        Embedding.load(folder)


def test_the_registry_is_light_to_import() -> None:
    heavy = ("gensim", "implicit", "pandas", "scipy", "umap", "faiss", "numba", "jax")
    code = f"import sys, embedders; print([name for name in {heavy} if name in sys.modules], list(embedders.METHODS))"
    root = Path(__file__).parents[2]
    shown = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    matrix = ["svd", "biased_mf", "als", "bpr", "fm", "cooccurrence_svd"]
    names = [*matrix, "item2vec", "user2vec", "deepwalk", "node2vec"]
    assert shown.stdout.strip() == f"[] {names}"
