"""The contract of an embedding method: parameters in, a log in, an Embedding out."""

from __future__ import annotations

import json
import time
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Generic, Literal, NamedTuple, Self, TypeVar

import numpy as np
import numpy.typing as npt
import pydantic

from embedders.search import Search
from errors import ParameterError, RunError
from interactions.log import InteractionLog, Texts
from interactions.progress import Progress as Progress  # methods know it from here
from interactions.progress import no_progress as no_progress

Vectors = npt.NDArray[np.float32]  # (n, dimensions)
Family = Literal["matrix factorisation", "sequences", "graph", "neural"]
Engine = Literal["local", "spark"]
Table = Literal["items", "users"]  # what a log knows of its items, of its users


def part_of(progress: Progress, begin: float, end: float) -> Progress:
    """Progress of a part, which takes the work from one share of the whole to another; the total is 1."""

    def report(stage: str, done: float, total: float, loss: float | None = None) -> None:
        progress(stage, begin + (end - begin) * (done / total if total else 0.0), 1.0, loss)

    return report


def parameter(
    default: Any,
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    search: Search | None = None,
    advanced: bool = False,
    offered: bool = True,
) -> Any:
    """Declare a parameter once: default, bounds (both allowed), and one sentence on what a larger value does.

    search    what is tried of it when the method is tuned; None = it stays as it is
    advanced  folded away in the form
    offered   False where it is accepted, since every method accepts it, but has no effect: the form leaves it out
    """
    extra: dict[str, Any] = {"advanced": advanced, "offered": offered, "search": search}
    return pydantic.Field(default=default, description=help, ge=low, le=high, json_schema_extra=extra)


def is_advanced(field: pydantic.fields.FieldInfo) -> bool:
    """Whether a parameter is folded away in the form."""
    return bool(_declared(field, "advanced", otherwise=False))


def is_offered(field: pydantic.fields.FieldInfo) -> bool:
    """Whether a parameter has an effect and so a place in the form."""
    return bool(_declared(field, "offered", otherwise=True))


def search_space(declared: type[Params]) -> dict[str, Search]:
    """What is tried of each parameter of a method when it is tuned."""
    found = {name: _declared(field, "search", otherwise=None) for name, field in declared.model_fields.items()}
    return {name: search for name, search in found.items() if search is not None}


def _declared(field: pydantic.fields.FieldInfo, mark: str, *, otherwise: Any) -> Any:
    extra = field.json_schema_extra
    return extra.get(mark, otherwise) if isinstance(extra, dict) else otherwise


@dataclass(frozen=True)
class ColumnsOf:
    """Marks a parameter whose values are names of columns of the log's item table or user table."""

    table: Table


def _split_names(value: Any) -> Any:
    """Column names as a command line gives them: "brand,size", or a JSON list where a name has a comma."""
    if value is None:
        return ()
    if isinstance(value, str) and value.startswith("["):
        try:
            return json.loads(value)
        except ValueError:
            return value  # which then is refused as no list of names
    if isinstance(value, str):
        return [name.strip() for name in value.split(",") if name.strip()]
    return value


def _each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


_Names = Annotated[tuple[str, ...], pydantic.BeforeValidator(_split_names), pydantic.AfterValidator(_each_once)]
ItemColumns = Annotated[_Names, ColumnsOf("items")]
UserColumns = Annotated[_Names, ColumnsOf("users")]


def columns_of(field: pydantic.fields.FieldInfo) -> Table | None:
    """Which table a parameter names columns of, None where it is no such parameter."""
    return next((mark.table for mark in field.metadata if isinstance(mark, ColumnsOf)), None)


def written(value: Any) -> str:
    """A parameter's value as a person reads it: names of columns are joined by "and", since commas part parameters."""
    return (" and ".join(value) or "none") if isinstance(value, list | tuple) else str(value)


class Params(pydantic.BaseModel):
    """Parameters of a method: frozen, validated, unknown names refused."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    dimensions: int = parameter(
        64, "Length of each vector; more hold finer differences and need more data.", low=2, high=1024
    )
    threads: int = parameter(2, "Processor threads to work with; more train faster.", low=1, high=64, advanced=True)

    @classmethod
    def checked(cls, values: Mapping[str, Any]) -> Self:
        """Build from loose values (a form, a command line); raises ParameterError with one sentence for a person."""
        unknown = sorted(set(values) - set(cls.model_fields))
        if unknown:
            known = ", ".join(cls.model_fields)
            raise ParameterError(f"There is no parameter {unknown[0]!r}: this method takes {known}.")
        try:
            return cls(**values)
        except pydantic.ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"]) or "parameters"
            raise ParameterError(f"{name} = {first['input']!r} {_complaint(first['type'], first)}.") from error


def _complaint(kind: str, error: Mapping[str, Any]) -> str:
    """What is wrong with a value, in the words of a person, from pydantic's kind of error and its details."""
    limits = error.get("ctx", {})
    if kind == "greater_than_equal":
        return f"is too small: the least is {limits['ge']:g}"
    if kind == "less_than_equal":
        return f"is too large: the most is {limits['le']:g}"
    if kind == "literal_error":
        return f"is not one of the choices, which are {limits['expected']}"
    if kind == "finite_number":
        return "is not a finite number"
    if kind.startswith("int_"):
        return "is not a whole number"
    if kind.startswith("float_"):
        return "is not a number"
    if kind.startswith("bool_"):
        return "is neither true nor false"
    if kind in ("tuple_type", "string_type"):
        return 'is not a list of column names such as "brand,department"'
    message = str(error["msg"])
    return f"cannot be used: {message[:1].lower()}{message[1:]}"


ParamsType = TypeVar("ParamsType", bound=Params)


@dataclass(frozen=True, eq=False)
class Embedding:
    """What a method learned: one vector an item, row i = item code i of the log it was trained on.

    item_vectors     float32 (n_items, dimensions); a zero row = not trained, listed in `missing`
    user_vectors     float32 (n_users, dimensions), or None where the method has no users
    item_bias        float32 (n_items,), or None
    context_vectors  float32 (n_items, dimensions), the output side of a skip-gram model, or None
    params           every parameter with its value, defaults included
    losses           training loss of each step, where the library gives one
    notes            what a person should know about this training, one sentence each
    """

    method: str
    item_ids: Texts
    item_vectors: Vectors
    params: Mapping[str, Any]
    seed: int
    log_digest: str
    seconds: float
    user_ids: Texts | None = None
    user_vectors: Vectors | None = None
    item_bias: npt.NDArray[np.float32] | None = None
    context_vectors: Vectors | None = None
    losses: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def dimensions(self) -> int:
        return int(self.item_vectors.shape[1])

    @property
    def trained(self) -> npt.NDArray[np.bool_]:
        """True for each item that has a vector, bool (n_items,)."""
        return np.asarray(self.item_vectors.any(axis=1))

    @property
    def missing(self) -> list[str]:
        """Ids of the items without a vector."""
        return [str(item) for item in self.item_ids[~self.trained]]

    def save(self, folder: Path, beside: Mapping[str, Any] | None = None) -> None:
        """Write run.json and vectors.npz into an existing folder; `beside` = further facts for run.json."""
        arrays: dict[str, npt.NDArray[Any]] = {"item_vectors": self.item_vectors}
        for name in ("user_vectors", "item_bias", "context_vectors"):
            array = getattr(self, name)
            if array is not None:
                arrays[name] = array
        for name in ("item_ids", "user_ids"):
            texts = getattr(self, name)
            if texts is not None:
                arrays[f"{name}_text"], arrays[f"{name}_ends"] = _pack(texts)
        np.savez(folder / "vectors.npz", allow_pickle=False, **arrays)
        facts = {**(beside or {}), **{name: getattr(self, name) for name in _FACTS}}
        (folder / "run.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Embedding:
        """Read back what `save` wrote, bit for bit; raises RunError where the folder holds no such thing."""
        try:
            facts = json.loads((folder / "run.json").read_text(encoding="utf-8"))
            with (folder / "vectors.npz").open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                arrays = dict(file)
            for name in ("item_ids", "user_ids"):
                if f"{name}_text" in arrays:
                    arrays[name] = _unpack(arrays.pop(f"{name}_text"), arrays.pop(f"{name}_ends"))
            damaged = [
                name for name, array in arrays.items() if array.dtype.kind == "f" and not np.isfinite(array).all()
            ]
            if damaged:
                raise RunError(f"{folder} is damaged: its {damaged[0]} hold numbers that are not finite.")
            facts["losses"], facts["notes"] = tuple(facts["losses"]), tuple(facts["notes"])
            return cls(**{name: facts[name] for name in _FACTS}, **arrays)
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
            raise RunError(f"{folder} is not a run folder, or it is damaged ({error}).") from error


_FACTS = ("method", "params", "seed", "log_digest", "seconds", "losses", "notes")


def _pack(texts: npt.NDArray[Any]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Texts as one run of UTF-8 bytes and the end of each: npz holds text of any length without pickle this way."""
    encoded = [str(text).encode() for text in texts]
    ends = np.cumsum([len(text) for text in encoded], dtype=np.int64)
    return np.frombuffer(b"".join(encoded), dtype=np.uint8), ends


def _unpack(joined: npt.NDArray[np.uint8], ends: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    whole, starts = joined.tobytes(), np.concatenate([[0], ends[:-1]])
    texts = [whole[start:end].decode() for start, end in zip(starts, ends, strict=True)]
    return np.array(texts, dtype=object)


@dataclass(frozen=True)
class LogSize:
    """What is known of a log without opening it.

    sessions  None where it has no session column
    pairs     distinct user-item pairs, None where nobody has counted them
    """

    interactions: int
    users: int
    items: int
    sessions: int | None = None
    pairs: int | None = None

    @property
    def filled(self) -> int:
        """Filled cells of the user-item matrix; where they were not counted, as many as there can be."""
        return min(self.interactions, self.users * self.items) if self.pairs is None else self.pairs


class Estimate(NamedTuple):
    """What a training is expected to take: seconds on a laptop's two processors, and bytes beside the log at most."""

    seconds: float
    memory: float


@dataclass(frozen=True, eq=False)
class Learned:
    """What `Method.learn` hands back: the fields of an Embedding of the same names that only the method knows."""

    item_vectors: npt.NDArray[np.floating[Any]]
    user_vectors: npt.NDArray[np.floating[Any]] | None = None
    item_bias: npt.NDArray[np.floating[Any]] | None = None
    context_vectors: npt.NDArray[np.floating[Any]] | None = None
    losses: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()


class Method(ABC, Generic[ParamsType]):
    """One way to item embeddings. A subclass fills in the class attributes, Params and `learn`.

    name     key in METHODS, also the module's name
    title    name as a person reads it
    short    the name of a run begins with it
    family   one of the four groups of the Train page
    summary  one sentence: what it optimises
    sees     one sentence: what it sees of the log
    engines  where it can be trained
    seeded   False where the result does not depend on the seed
    repeats_on_threads  False where only threads=1 gives the same vectors again bit for bit
    version  raised whenever the same parameters and seed would give other vectors than before
    """

    name: ClassVar[str]
    title: ClassVar[str]
    short: ClassVar[str]
    family: ClassVar[Family]
    summary: ClassVar[str]
    sees: ClassVar[str]
    engines: ClassVar[tuple[Engine, ...]] = ("local",)
    seeded: ClassVar[bool] = True
    repeats_on_threads: ClassVar[bool] = True
    version: ClassVar[int] = 1
    Params: type[ParamsType]

    @abstractmethod
    def learn(self, log: InteractionLog, params: ParamsType, seed: int, progress: Progress) -> Learned:
        """Train on a log that has interactions; `progress` reports from 0 to its total, both included."""

    @abstractmethod
    def estimate(self, size: LogSize, params: ParamsType) -> Estimate:
        """About how long a training takes and how much memory it needs, told before it starts.

        From a formula whose constants `python -m benchmarks estimates` holds against trainings.
        """

    def learns_from_ratings(self, params: ParamsType) -> bool:
        """Whether it refuses a log whose weights are all equal, since they tell it nothing."""
        return False

    def fit(
        self, log: InteractionLog, params: ParamsType, seed: int = 0, progress: Progress = no_progress
    ) -> Embedding:
        """Train on the log and return its Embedding.

        Raises ParameterError where parameters and log do not fit, Cancelled where `progress` does.
        """
        started = time.perf_counter()
        check_seed(seed)
        if log.n_interactions == 0:
            raise ParameterError(f"There is nothing to train {self.title} on: this log has no interactions.")
        _check_columns(log, params)
        learned = self.learn(log, params, seed, progress)
        user_ids = None if learned.user_vectors is None else log.user_ids
        return self.finished(learned, params, seed, log.digest, log.item_ids, user_ids, started)

    def finished(
        self,
        learned: Learned,
        params: ParamsType,
        seed: int,
        log_digest: str,
        item_ids: Texts,
        user_ids: Texts | None,
        started: float,
    ) -> Embedding:
        """The Embedding of what was learned; `started` = time.perf_counter() when the training began.

        Raises ParameterError where it ran away to infinite numbers.
        """
        arrays = {
            name: _finished(array, self.title)
            for name in ("item_vectors", "user_vectors", "item_bias", "context_vectors")
            if (array := getattr(learned, name)) is not None
        }
        return Embedding(
            method=self.name,
            item_ids=item_ids,
            user_ids=user_ids,
            params=params.model_dump(mode="json"),
            seed=seed,
            log_digest=log_digest,
            seconds=time.perf_counter() - started,
            losses=learned.losses,
            notes=learned.notes,
            **arrays,
        )


LARGEST_SEED = 2**32 - 1  # what every library takes


def check_seed(seed: int) -> None:
    """Raise ParameterError for a seed that not every library takes."""
    if not 0 <= seed <= LARGEST_SEED:
        raise ParameterError(f"seed = {seed} cannot be used: a seed lies between 0 and {LARGEST_SEED}.")


def _check_columns(log: InteractionLog, params: Params) -> None:
    """Raise ParameterError where a parameter names a column that the log's table does not have."""
    for name, field in type(params).model_fields.items():
        table = columns_of(field)
        if table is None:
            continue
        known = [str(column) for column in getattr(log, table).columns]
        unknown = [column for column in getattr(params, name) if column not in known]
        if unknown:
            choices = f"it has {', '.join(known)}" if known else f"this log has no columns for {table}"
            raise ParameterError(f"{name}: there is no column {unknown[0]!r} in the table of {table}: {choices}.")


def _finished(array: npt.NDArray[np.floating[Any]], title: str) -> Vectors:
    with np.errstate(over="ignore"):
        rows = np.ascontiguousarray(array, dtype=np.float32)
    if not np.isfinite(rows).all():
        raise ParameterError(
            f"{title} ran away to infinite numbers with these parameters: take a smaller step or more regularisation."
        )
    return rows
