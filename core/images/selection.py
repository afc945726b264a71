"""Which of many images to show: one row of ORDERS each."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

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


def examples(scores: Float, edges: npt.NDArray[np.floating], *, count: int) -> list[Int]:
    """Up to `count` indices for each bin of scores (n,): the first ones that fall into it.

    edges: (b + 1,) ascending; what lies outside them belongs to the first or the last bin, as `bins` has it.
    """
    of = bins(scores, edges)
    return [np.flatnonzero(of == b)[:count] for b in range(len(edges) - 1)]


def bins(scores: Float, edges: npt.NDArray[np.floating]) -> Int:
    """Which bin each score (n,) falls into, in [0, b): bin i holds (edges[i], edges[i + 1]].

    Closed above, so that an edge that is the threshold parts the bins as the verdict parts the scores.
    """
    return np.clip(np.searchsorted(edges, scores, side="left") - 1, 0, len(edges) - 2)
