"""The compiled inner loop of skip-gram with negative sampling; importing it imports numba."""

from __future__ import annotations

import numba
import numpy as np

from embedders.parts.draws_kernel import below as _below
from embedders.parts.draws_kernel import draw as _draw
from embedders.parts.draws_kernel import share as _share

_REACH = 8.0  # a score beyond it is taken as this: the sigmoid moves by 0.0003 from there on
_STEPS = 4096
_SCORES = (np.arange(_STEPS + 1) - _STEPS / 2) * (2 * _REACH / _STEPS)
_SIGMOID = (1 / (1 + np.exp(-_SCORES))).astype(np.float32)
_SOFTPLUS = np.logaddexp(0, _SCORES).astype(np.float32)  # log(1 + e^x) = -log sigmoid(-x)
_BLOCK = 4  # neighbours that share one draw of negatives: more is faster, and favours popular items a little


@numba.njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def train(  # type: ignore[no-untyped-def]
    items, offsets, times, first_sequence, last_sequence, kept, chance, other,
    window, shrink_windows, longest_pause, n_negatives, rate, seed, vectors, context, touched,
):  # fmt: skip
    """Train on the sequences from the first up to the last, left out: (events trained on, sum of their losses).

    An item's neighbours in its window are the inputs, the item itself and the negatives the outputs; all inputs of a
    block move by the outputs as they were before the block. `vectors`, `context` and `touched` are changed in place.
    """
    n_items, dimensions = vectors.shape
    state = np.array([seed], dtype=np.uint64)
    longest = 0
    for sequence in range(first_sequence, last_sequence):
        longest = max(longest, offsets[sequence + 1] - offsets[sequence])
    chosen = np.empty(longest, dtype=np.int32)
    moments = np.empty(longest, dtype=np.int64)
    inputs = np.empty(_BLOCK, dtype=np.int32)
    outputs = np.empty(n_negatives + 1, dtype=np.int32)
    moves = np.empty((_BLOCK, dimensions), dtype=np.float32)
    move = np.empty(dimensions, dtype=np.float32)
    reach, steps = np.float32(_REACH), np.float32(_STEPS / (2 * _REACH))
    trained, loss = 0, 0.0
    for sequence in range(first_sequence, last_sequence):
        length = 0
        for event in range(offsets[sequence], offsets[sequence + 1]):
            item = items[event]
            if kept[item] >= 1 or (kept[item] > 0 and _share(_draw(state)) < kept[item]):
                chosen[length] = item
                if longest_pause >= 0:
                    moments[length] = times[event]
                length += 1
        trained += length
        for centre in range(length):
            width = window - _below(_draw(state), window) if shrink_windows else window
            first, last = max(0, centre - width), min(length - 1, centre + width)
            if longest_pause >= 0:
                while moments[centre] - moments[first] > longest_pause:
                    first += 1
                while moments[last] - moments[centre] > longest_pause:
                    last -= 1
            place = first
            while place <= last:
                n_inputs = 0
                while place <= last and n_inputs < _BLOCK:
                    if place != centre:
                        inputs[n_inputs] = chosen[place]
                        n_inputs += 1
                    place += 1
                if n_inputs == 0:
                    break
                touched[chosen[centre]] = True
                outputs[0] = chosen[centre]
                n_outputs = 1
                for _ in range(n_negatives):
                    bits = _draw(state)
                    negative = _below(bits, n_items)
                    if _share(bits) >= chance[negative]:
                        negative = other[negative]
                    if negative != outputs[0]:
                        outputs[n_outputs] = negative
                        n_outputs += 1
                moves[:n_inputs] = 0
                for number in range(n_outputs):
                    output = outputs[number]
                    move[:] = 0
                    for row in range(n_inputs):
                        item = inputs[row]
                        score = np.float32(0)
                        for d in range(dimensions):
                            score += vectors[item, d] * context[output, d]
                        score = min(max(score, -reach), reach)
                        step = np.int64((score + reach) * steps)
                        loss += _SOFTPLUS[step]
                        pull = -_SIGMOID[step]
                        if number == 0:
                            loss -= score
                            pull += np.float32(1)
                        pull *= rate
                        for d in range(dimensions):
                            moves[row, d] += pull * context[output, d]
                        for d in range(dimensions):
                            move[d] += pull * vectors[item, d]
                    for d in range(dimensions):
                        context[output, d] += move[d]
                for row in range(n_inputs):
                    for d in range(dimensions):
                        vectors[inputs[row], d] += moves[row, d]
    return trained, loss
