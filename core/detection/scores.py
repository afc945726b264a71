"""Anomaly scores: one row of SCORES each. Higher is always more anomalous."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from core.images.data import Float

# Keras's own: a probability is kept this far from 0 and 1 before its logarithm is taken.
EPSILON = np.float32(1e-7)


def error_map(x: Float, reconstruction: Float) -> Float:
    """Absolute error per pixel, |x − x̂|: same shape as x, in [0, 1]."""
    return np.asarray(np.abs(x - reconstruction), np.float32)


def mae(x: Float, reconstruction: Float) -> Float:
    """Mean absolute error per image, mean |x − x̂|: (n, 784), (n, 784) → (n,) in [0, 1]."""
    return np.asarray(error_map(x, reconstruction).mean(axis=1), np.float32)


def mse(x: Float, reconstruction: Float) -> Float:
    """Mean squared error per image, mean (x − x̂)²: (n, 784), (n, 784) → (n,) in [0, 1]."""
    return np.asarray(np.square(x - reconstruction).mean(axis=1), np.float32)


def bce(x: Float, reconstruction: Float) -> Float:
    """Binary cross-entropy per image, −mean(x log x̂ + (1−x) log(1−x̂)), in nats: (n, 784) → (n,), ≥ 0.

    The article's training loss. A grey pixel costs something even when it is returned exactly, so it is
    never 0 on real images.
    """
    p = np.clip(reconstruction, EPSILON, 1 - EPSILON)
    return np.asarray(-(x * np.log(p) + (1 - x) * np.log1p(-p)).mean(axis=1), np.float32)


@dataclass(frozen=True, kw_only=True)
class Score:
    """A row of the table: `compute` takes images and reconstructions, each (n, 784), and returns (n,)."""

    name: str
    compute: Callable[[Float, Float], Float]


SCORES: Mapping[str, Score] = MappingProxyType(
    {
        score.name: score
        for score in (
            Score(name="mae", compute=mae),
            Score(name="mse", compute=mse),
            Score(name="bce", compute=bce),
        )
    }
)
