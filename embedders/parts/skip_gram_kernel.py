"""The compiled inner loops of skip-gram with negative sampling, with and without features; it imports numba."""

from __future__ import annotations

import numba
import numpy as np

from embedders.parts.draws_kernel import below as _below
from embedders.parts.draws_kernel import draw as _draw
from embedders.parts.draws_kernel import share as _share
from embedders.parts.lanes import LANES, add_scaled, copy, dot, fetch, fill, load, multiply_add, store

_REACH = 8.0  # a score beyond it is taken as this: the sigmoid moves by 0.0003 from there on
_STEPS = 4096
_SCORES = (np.arange(_STEPS + 1) - _STEPS / 2) * (2 * _REACH / _STEPS)
_SIGMOID = (1 / (1 + np.exp(-_SCORES))).astype(np.float32)
_SOFTPLUS = np.logaddexp(0, _SCORES).astype(np.float32)  # log(1 + e^x) = -log sigmoid(-x)
# Neighbours that share one draw of negatives: the rows of the negatives come from another processor's cache once for
# both, which on some machines takes longer than the arithmetic. With more of them neighbours become more popular than
# word2vec's, little by little.
_BLOCK = 2


@numba.njit(inline="always")
def _stays(chance, state):  # type: ignore[no-untyped-def]
    """Whether an event that is kept with this chance is kept."""
    return chance >= 1 or (chance > 0 and _share(_draw(state)) < chance)


@numba.njit(inline="always")
def _keep(  # type: ignore[no-untyped-def]
    items, offsets, sequence, first_event, last_event, kept, window, state, events
):
    """Fill `events` with those of a sequence that are not thinned out: (how many, the first centre, the one after all).

    Centres are the events of the sequence from first_event to last_event; of those before and after them as many are
    kept as a window reaches.
    """
    begin, end = offsets[sequence], offsets[sequence + 1]
    first, last = max(begin, first_event), min(end, last_event)
    length = 0
    event = first
    while event > begin and length < window:
        event -= 1
        if _stays(kept[items[event]], state):
            events[length] = event
            length += 1
    for place in range(length // 2):  # they were met backwards
        events[place], events[length - 1 - place] = events[length - 1 - place], events[place]
    first_centre = length
    for event in range(first, last):
        if _stays(kept[items[event]], state):
            events[length] = event
            length += 1
    after_centres = length
    event = last
    while event < end and length < after_centres + window:
        if _stays(kept[items[event]], state):
            events[length] = event
            length += 1
        event += 1
    return length, first_centre, after_centres


@numba.njit(inline="always")
def _most_kept(offsets, first_sequence, last_sequence, first_event, last_event, window):  # type: ignore[no-untyped-def]
    """How many events `_keep` may find in a sequence of a batch at most."""
    return min(np.diff(offsets[first_sequence : last_sequence + 1]).max(), last_event - first_event + 2 * window)


@numba.njit(inline="always")
def _next_inputs(items, events, centre, place, last, inputs):  # type: ignore[no-untyped-def]
    """Fill `inputs` with the next neighbours of the centre, up to `last`: (how many, the place after them)."""
    n_inputs = 0
    while place <= last and n_inputs < _BLOCK:
        if place != centre:
            inputs[n_inputs] = items[events[place]]
            n_inputs += 1
        place += 1
    return n_inputs, place


@numba.njit(inline="always")
def _draw_outputs(centre, n_negatives, chance, other, state, outputs):  # type: ignore[no-untyped-def]
    """Fill `outputs` with the centre and its negatives, of which those that are the centre are left out: how many."""
    outputs[0] = centre
    n_outputs = 1
    for _ in range(n_negatives):
        bits = _draw(state)
        negative = _below(bits, len(chance))
        if _share(bits) >= chance[negative]:
            negative = other[negative]
        if negative != centre:
            outputs[n_outputs] = negative
            n_outputs += 1
    return n_outputs


@numba.njit(inline="always")
def _learn(near, context, outputs, n_outputs, rate, pulls, move):  # type: ignore[no-untyped-def]
    """Move the outputs, work out in `move` what the input is to move by, and return the sum of the losses.

    The input is one row, a copy: another thread may be moving the item's own, and each time that it does it has to come
    from its cache. Outputs are rows of `context`; the first is to be found beside the input, the others are not.

    pulls  room for a number an output
    """
    reach, steps = np.float32(_REACH), np.float32(_STEPS / (2 * _REACH))
    for number in range(n_outputs):
        pulls[number] = dot(near, 0, context, outputs[number])
    loss = -np.float64(min(max(pulls[0], -reach), reach))
    for number in range(n_outputs):
        step = np.int64((min(max(pulls[number], -reach), reach) + reach) * steps)
        loss += _SOFTPLUS[step]
        pulls[number] = -rate * _SIGMOID[step]
    pulls[0] += rate
    for d in range(0, near.shape[1], LANES):
        own, sums = load(near, 0, d), fill(np.float32(0))
        for number in range(n_outputs):
            pull, before = fill(pulls[number]), load(context, outputs[number], d)
            sums = multiply_add(pull, before, sums)
            store(context, outputs[number], d, multiply_add(pull, own, before))
        store(move, 0, d, sums)
    return loss


@numba.njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def train(  # type: ignore[no-untyped-def]
    items, offsets, times, first_sequence, last_sequence, first_event, last_event, kept, chance, other,
    window, shrink_windows, longest_pause, n_negatives, rate, seed, vectors, context, touched,
):  # fmt: skip
    """Train on a batch of events, the lasts left out, in these sequences: (events trained on, sum of their losses).

    The neighbours of the batch's first and last events may lie outside of it, in the same sequence. An item's
    neighbours in its window are the inputs, the item itself and the negatives the outputs; each input has moved before
    the next one's turn: moved together they would go too far, and popular items would gain by it. `vectors`, `context`
    and `touched` are changed in place; the columns of the first two are a multiple of sixteen, as lanes.in_lanes leaves
    them.
    """
    dimensions = vectors.shape[1]
    state = np.array([seed], dtype=np.uint64)
    most_kept = _most_kept(offsets, first_sequence, last_sequence, first_event, last_event, window)
    events = np.empty(most_kept, dtype=np.int64)
    inputs = np.empty(_BLOCK, dtype=np.int32)
    outputs = np.empty(n_negatives + 1, dtype=np.int32)
    pulls = np.empty(n_negatives + 1, dtype=np.float32)
    near = np.empty((1, dimensions), dtype=np.float32)
    move = np.empty((1, dimensions), dtype=np.float32)
    trained, loss = 0, 0.0
    for sequence in range(first_sequence, last_sequence):
        length, first_centre, after_centres = _keep(
            items, offsets, sequence, first_event, last_event, kept, window, state, events
        )
        trained += after_centres - first_centre
        for centre in range(first_centre, after_centres):
            item = items[events[centre]]
            width = window - _below(_draw(state), window) if shrink_windows else window
            first, last = max(0, centre - width), min(length - 1, centre + width)
            if longest_pause >= 0:
                while times[events[centre]] - times[events[first]] > longest_pause:
                    first += 1
                while times[events[last]] - times[events[centre]] > longest_pause:
                    last -= 1
            place = first
            while place <= last:
                n_inputs, place = _next_inputs(items, events, centre, place, last, inputs)
                if n_inputs == 0:
                    break
                if not touched[item]:  # a write would take the line away from the other threads each time
                    touched[item] = True
                n_outputs = _draw_outputs(item, n_negatives, chance, other, state, outputs)
                for number in range(n_outputs):
                    fetch(context, outputs[number])
                for number in range(n_inputs):
                    fetch(vectors, inputs[number])
                for number in range(n_inputs):
                    copy(near, 0, vectors, inputs[number])
                    loss += _learn(near, context, outputs, n_outputs, rate, pulls, move)
                    add_scaled(vectors, inputs[number], 1, move, 0)
    return trained, loss


@numba.njit(inline="always")
def _mix(item, starts, features, shares, column_of, vectors, logits, weights, mixed):  # type: ignore[no-untyped-def]
    """Fill in `weights`, the softmax of an item's logits, and `mixed`, one row, the mean by them of its vectors."""
    n_items, n_weights = len(logits), len(weights)
    largest = logits[item, 0]
    for s in range(1, n_weights):
        largest = max(largest, logits[item, s])
    total = np.float32(0)
    for s in range(n_weights):
        weights[s] = np.exp(logits[item, s] - largest)
        total += weights[s]
    for s in range(n_weights):
        weights[s] /= total
    mixed[0] = 0
    add_scaled(mixed, 0, weights[0], vectors, item)
    for place in range(starts[item], starts[item + 1]):
        feature = features[place]
        add_scaled(mixed, 0, weights[1 + column_of[feature]] * shares[place], vectors, n_items + feature)


@numba.njit(inline="always")
def _spread(  # type: ignore[no-untyped-def]
    item, starts, features, shares, column_of, learn_weights, vectors, logits, weights, mixed, move, gains
):
    """Pass the move of an item's mixed vector on to the vectors that it is mixed from, and to its logits.

    gains  room for what each of the item's weights would gain by being larger: the move times the vector it weighs
    """
    n_items, n_weights = len(logits), len(gains)
    gains[:] = 0
    gains[0] = dot(move, 0, vectors, item)
    add_scaled(vectors, item, weights[0], move, 0)
    for place in range(starts[item], starts[item + 1]):
        feature = features[place]
        column = 1 + column_of[feature]
        gains[column] += shares[place] * dot(move, 0, vectors, n_items + feature)
        add_scaled(vectors, n_items + feature, weights[column] * shares[place], move, 0)
    if learn_weights:
        mean = dot(move, 0, mixed, 0)
        for s in range(n_weights):
            logits[item, s] += weights[s] * (gains[s] - mean)


@numba.njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def train_with_features(  # type: ignore[no-untyped-def]
    items, offsets, first_sequence, last_sequence, first_event, last_event, kept, chance, other,
    window, shrink_windows, n_negatives, rate, seed, starts, features, shares, column_of, n_weights, learn_weights,
    vectors, logits, context, touched,
):  # fmt: skip
    """As `train`, where the input vector of an item is a mean of its own vector and its features'.

    The features of item i are features[starts[i]:starts[i + 1]], with their shares of a column; row i of `vectors`
    belongs to item i, row n_items + f to feature f; `logits` are changed in place as well, and of their columns the
    first n_weights count, one for the item itself and one a column of the table: an item's has a cache line of its own.
    """
    n_items, dimensions = len(logits), vectors.shape[1]
    state = np.array([seed], dtype=np.uint64)
    most_kept = _most_kept(offsets, first_sequence, last_sequence, first_event, last_event, window)
    events = np.empty(most_kept, dtype=np.int64)
    inputs = np.empty(_BLOCK, dtype=np.int32)
    weights = np.empty(n_weights, dtype=np.float32)
    mixed = np.empty((1, dimensions), dtype=np.float32)
    move = np.empty((1, dimensions), dtype=np.float32)
    gains = np.empty(n_weights, dtype=np.float32)
    outputs = np.empty(n_negatives + 1, dtype=np.int32)
    pulls = np.empty(n_negatives + 1, dtype=np.float32)
    trained, loss = 0, 0.0
    for sequence in range(first_sequence, last_sequence):
        length, first_centre, after_centres = _keep(
            items, offsets, sequence, first_event, last_event, kept, window, state, events
        )
        trained += after_centres - first_centre
        for centre in range(first_centre, after_centres):
            item = items[events[centre]]
            width = window - _below(_draw(state), window) if shrink_windows else window
            place, last = max(0, centre - width), min(length - 1, centre + width)
            while place <= last:
                n_inputs, place = _next_inputs(items, events, centre, place, last, inputs)
                if n_inputs == 0:
                    break
                if not touched[item]:  # a write would take the line away from the other threads each time
                    touched[item] = True
                n_outputs = _draw_outputs(item, n_negatives, chance, other, state, outputs)
                for number in range(n_inputs):
                    fetch(vectors, inputs[number])
                    fetch(logits, inputs[number])
                    for feature in range(starts[inputs[number]], starts[inputs[number] + 1]):
                        fetch(vectors, n_items + features[feature])
                for number in range(n_outputs):
                    fetch(context, outputs[number])
                for number in range(n_inputs):
                    near = inputs[number]
                    _mix(near, starts, features, shares, column_of, vectors, logits, weights, mixed)
                    loss += _learn(mixed, context, outputs, n_outputs, rate, pulls, move)
                    _spread(
                        near, starts, features, shares, column_of, learn_weights, vectors, logits, weights, mixed, move,
                        gains,
                    )  # fmt: skip
    return trained, loss
