"""Which of many images to show: one row of ORDERS each."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import numpy as np

from core.images.data import Float, Int, UInt8, is_normal

# Each takes the candidates' scores (n,) and a generator, and returns their order (n,).
ORDERS: Mapping[str, Callable[[Float, np.random.Generator], Int]] = MappingProxyType(
    {
        "first": lambda scores, rng: np.arange(len(scores)),
        "random": lambda scores, rng: rng.permutation(len(scores)),
        "smallest": lambda scores, rng: np.argsort(scores, kind="stable"),
        "largest": lambda scores, rng: np.argsort(-scores, kind="stable"),
    }
)


def select(y: UInt8, scores: Float, *, digits: Iterable[int], count: int, order: str, rng: np.random.Generator) -> Int:
    """Indices of `count` images of the wanted `digits`, in the wanted order; fewer where there are not so many.

    y: (n,) labels; scores: (n,) anomaly scores, which the orders `smallest` and `largest` go by.
    """
    candidates = np.flatnonzero(is_normal(y, digits))
    return candidates[ORDERS[order](scores[candidates], rng)[:count]]
