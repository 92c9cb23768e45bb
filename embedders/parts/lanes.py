"""Sixteen float32 numbers at once inside compiled loops; importing it imports numba.

A compiler must suspect that the rows which a loop reads and writes are the same memory, and checks it at each start of
the loop, which on rows of 64 numbers costs as much as the arithmetic. Loads and stores that are written out need no
such check: skip-gram trains twice as fast. Every processor gets it in registers as wide as its own.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic, models, register_model
from numba.np.arrayobj import make_array

from embedders.base import Vectors

LANES = 16
_KIND = f"v{LANES}f32"
_VECTOR = ir.VectorType(ir.FloatType(), LANES)
_INDEX, _LANE = ir.IntType(64), ir.IntType(32)


class _Lanes(types.Type):
    """What compiled code knows the sixteen numbers as."""

    def __init__(self) -> None:
        super().__init__(f"float32 x {LANES}")


@register_model(_Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _VECTOR)  # type: ignore[no-untyped-call]


_lanes: Any = _Lanes()


def in_lanes(rows: Vectors) -> Vectors:
    """A copy of float32 (n, d) with columns of zeros up to the next multiple of sixteen."""
    return np.pad(rows, [(0, 0), (0, -rows.shape[1] % LANES)])


def out_of_lanes(rows: Vectors, dimensions: int) -> Vectors:
    """The first columns again, float32 (n, dimensions)."""
    return np.ascontiguousarray(rows[:, :dimensions])


def _instruction(definition: Any) -> Any:
    """numba's `intrinsic`; by its own annotations a caller would have to give the typing context, which numba adds."""
    return intrinsic(definition)


@_instruction
def load(typing, rows, row, column):  # type: ignore[no-untyped-def]
    """rows[row, column : column + 16]; rows are float32 and contiguous."""

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return builder.load(_address(context, builder, signature, arguments), align=4)

    return _lanes(_float32_rows(rows), types.intp, types.intp), build


@_instruction
def store(typing, rows, row, column, numbers):  # type: ignore[no-untyped-def]
    """rows[row, column : column + 16] = numbers; rows are float32 and contiguous."""

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        builder.store(arguments[3], _address(context, builder, signature, arguments), align=4)
        return context.get_dummy_value()

    return types.void(_float32_rows(rows), types.intp, types.intp, _lanes), build


@_instruction
def _fetch(typing, rows, row, column):  # type: ignore[no-untyped-def]
    """Have the processor bring rows[row, column : column + 16] near, to be written to, without waiting for it."""

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        fetch = builder.module.declare_intrinsic("llvm.prefetch.p0", (), kind)
        address = builder.bitcast(_address(context, builder, signature, arguments), byte)
        builder.call(fetch, [address, *(ir.Constant(number, value) for value in (1, 3, 1))])  # to write, keep, data
        return context.get_dummy_value()

    return types.void(_float32_rows(rows), types.intp, types.intp), build


@_instruction
def fill(typing, number):  # type: ignore[no-untyped-def]
    """The same number, float32, sixteen times."""

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        nothing = ir.Constant(_VECTOR, ir.Undefined)
        first = builder.insert_element(nothing, arguments[0], ir.Constant(_LANE, 0))
        return builder.shuffle_vector(first, nothing, ir.Constant(ir.VectorType(_LANE, LANES), [0] * LANES))

    return _lanes(types.float32), build


@_instruction
def multiply_add(typing, a, b, c):  # type: ignore[no-untyped-def]
    """a * b + c, each sixteen numbers; rounded once where the processor can."""

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        kind = ir.FunctionType(_VECTOR, [_VECTOR] * 3)
        return builder.call(builder.module.declare_intrinsic(f"llvm.fmuladd.{_KIND}", (), kind), arguments)

    return _lanes(_lanes, _lanes, _lanes), build


@_instruction
def total(typing, numbers):  # type: ignore[no-untyped-def]
    """The sum of the sixteen numbers, float32, added in whatever order is fast."""

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        kind = ir.FunctionType(ir.FloatType(), [ir.FloatType(), _VECTOR])
        add = builder.module.declare_intrinsic(f"llvm.vector.reduce.fadd.{_KIND}", (), kind)
        return builder.call(add, [ir.Constant(ir.FloatType(), 0.0), arguments[0]], fastmath=("reassoc",))

    return types.float32(_lanes), build


@numba.njit(inline="always")
def fetch(rows, row):  # type: ignore[no-untyped-def]
    """Have the processor bring a row near that is soon to be changed, without waiting for it."""
    for d in range(0, rows.shape[1], LANES):
        _fetch(rows, row, d)


@numba.njit(inline="always")
def dot(a, row_a, b, row_b):  # type: ignore[no-untyped-def]
    """The inner product of a row of each, float32; both have the same columns, a multiple of sixteen."""
    sums = fill(np.float32(0))
    for d in range(0, a.shape[1], LANES):
        sums = multiply_add(load(a, row_a, d), load(b, row_b, d), sums)
    return total(sums)


@numba.njit(inline="always")
def copy(a, row_a, b, row_b):  # type: ignore[no-untyped-def]
    """a[row_a] = b[row_b]; both have the same columns, a multiple of sixteen."""
    for d in range(0, a.shape[1], LANES):
        store(a, row_a, d, load(b, row_b, d))


@numba.njit(inline="always")
def add_scaled(a, row_a, scale, b, row_b):  # type: ignore[no-untyped-def]
    """a[row_a] += scale * b[row_b]; both have the same columns, a multiple of sixteen."""
    scales = fill(np.float32(scale))
    for d in range(0, a.shape[1], LANES):
        store(a, row_a, d, multiply_add(scales, load(b, row_b, d), load(a, row_a, d)))


def _float32_rows(rows: Any) -> Any:
    """The type of the array, as it came; another than is said raises numba's TypingError where the code is compiled."""
    if not (isinstance(rows, types.Array) and rows.dtype == types.float32 and rows.ndim == 2 and rows.layout == "C"):
        raise numba.TypingError(f"float32 rows, contiguous, are wanted, not {rows}")
    return rows


def _address(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Where rows[row, column] lies, as the address of sixteen numbers."""
    array_of: Any = make_array
    array = array_of(signature.args[0])(context, builder, arguments[0])
    columns = builder.extract_value(array.shape, 1)
    place = builder.add(builder.mul(arguments[1], columns), arguments[2])
    return builder.bitcast(builder.gep(array.data, [place]), _VECTOR.as_pointer())
