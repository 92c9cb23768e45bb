"""The compiled inner loops of biased matrix factorisation; importing it imports numba."""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(inline="always")
def _miss(user, item, rating, user_bias, item_bias, user_vectors, item_vectors):  # type: ignore[no-untyped-def]
    """The rating minus what the model says of it."""
    score = user_bias[user] + item_bias[item]
    for d in range(user_vectors.shape[1]):
        score += user_vectors[user, d] * item_vectors[item, d]
    return rating - score


@numba.njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def step(  # type: ignore[no-untyped-def]
    users, items, ratings, order, rate, pull, bias_pull, user_bias, item_bias, user_vectors, item_vectors
):  # fmt: skip
    """Take a gradient step for each rating in this order: sum of the squared errors, each just before its step.

    The biases and vectors are changed in place; `pull` is the regularisation of the vectors, `bias_pull` of the biases.
    """
    loss = 0.0
    for place in order:
        user, item = users[place], items[place]
        miss = _miss(user, item, ratings[place], user_bias, item_bias, user_vectors, item_vectors)
        loss += np.float64(miss) * np.float64(miss)
        user_bias[user] += rate * (miss - bias_pull * user_bias[user])
        item_bias[item] += rate * (miss - bias_pull * item_bias[item])
        for d in range(user_vectors.shape[1]):
            user_factor, item_factor = user_vectors[user, d], item_vectors[item, d]
            user_vectors[user, d] += rate * (miss * item_factor - pull * user_factor)
            item_vectors[item, d] += rate * (miss * user_factor - pull * item_factor)
    return loss


@numba.njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def squared_error(  # type: ignore[no-untyped-def]
    users, items, ratings, user_bias, item_bias, user_vectors, item_vectors
):  # fmt: skip
    """Sum of the squared errors of ratings that are not trained on."""
    loss = 0.0
    for place in range(len(ratings)):
        miss = _miss(users[place], items[place], ratings[place], user_bias, item_bias, user_vectors, item_vectors)
        loss += np.float64(miss) * np.float64(miss)
    return loss
