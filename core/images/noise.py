"""Ways to spoil an image: one row of NOISES each, with what its amount means.

Images are float32, white ink (1) on black paper (0). The same seed and amount spoil in the same way; with the same
seed and a larger amount it is the same noise, only stronger, and the first images do not depend on how many follow.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from core.errors import KagamiError
from core.images.data import Float

SIDE = 28


def gaussian(images: Float, amount: Float, rng: np.random.Generator) -> Float:
    """x + amount · N(0, 1) at each pixel, cut off at 0 and 1."""
    return np.clip(images + amount * rng.standard_normal(images.shape, dtype=np.float32), 0, 1)


def salt_and_pepper(images: Float, amount: Float, rng: np.random.Generator) -> Float:
    """This share of the pixels, chosen by chance, becomes ink or paper, each by a chance of one half."""
    chance = rng.random(images.shape, dtype=np.float32)
    return np.where(chance < amount / 2, np.float32(0), np.where(chance >= 1 - amount / 2, np.float32(1), images))


def speckle(images: Float, amount: Float, rng: np.random.Generator) -> Float:
    """x + amount · x · N(0, 1), cut off at 0 and 1: only ink has grain, paper stays black."""
    return np.clip(images * (1 + amount * rng.standard_normal(images.shape, dtype=np.float32)), 0, 1)


def occlusion(images: Float, amount: Float, rng: np.random.Generator) -> Float:
    """A square, this many pixels a side, somewhere within the image is rubbed out: it becomes paper."""
    side = np.rint(amount)  # (n, 1, 1)
    start = np.floor(rng.random((len(images), 2, 1)) * (SIDE + 1 - side))  # (n, 2, 1)
    place = np.arange(SIDE)
    within = (place >= start) & (place < start + side)  # (n, 2, 28): rows, columns
    return np.where(within[:, 0, :, np.newaxis] & within[:, 1, np.newaxis, :], np.float32(0), images)


def blur(images: Float, amount: Float, rng: np.random.Generator) -> Float:
    """A Gaussian blur of this standard deviation in pixels; beyond the border lies paper. Nothing is left to chance."""
    reach = np.arange(-2 * SIDE, 2 * SIDE + 1, dtype=np.float32)
    place = np.arange(SIDE, dtype=np.float32)
    sharpness = -0.5 / np.maximum(amount, np.float32(1e-3)) ** 2  # (n, 1, 1)
    weights = np.exp(sharpness * (place - place[:, np.newaxis]) ** 2)  # (n, 28, 28)
    weights /= np.exp(sharpness * reach**2).sum(axis=2, keepdims=True)
    return np.clip(weights @ images @ weights, 0, 1)  # symmetric: rows, then columns


@dataclass(frozen=True, kw_only=True)
class Noise:
    """A row of the table.

    apply: images (n, 28, 28) in [0, 1], amounts (n, 1, 1) and a generator → images in [0, 1].
    most, step, default: of the amount, from 0 (nothing happens) to `most`. What it means stands at the function:
        a standard deviation in units of full ink (gaussian, speckle), a share of the pixels (salt-and-pepper), a side
        in pixels (occlusion), a standard deviation in pixels (blur).
    """

    name: str
    apply: Callable[[Float, Float, np.random.Generator], Float]
    most: float
    step: float
    default: float


NOISES: Mapping[str, Noise] = MappingProxyType(
    {
        noise.name: noise
        for noise in (
            Noise(name="gaussian", apply=gaussian, most=1.0, step=0.1, default=0.4),
            Noise(name="salt-and-pepper", apply=salt_and_pepper, most=0.8, step=0.1, default=0.3),
            Noise(name="speckle", apply=speckle, most=2.0, step=0.2, default=1.0),
            Noise(name="occlusion", apply=occlusion, most=20, step=2, default=10),
            Noise(name="blur", apply=blur, most=3.0, step=0.3, default=1.5),
        )
    }
)


def add_noise(images: Float, kind: str, amount: float, rng: np.random.Generator | int) -> Float:
    """Spoiled copies of images (n, 28, 28) or (n, 784), float32 in [0, 1]: same shape, type and range.

    kind: a name in NOISES. amount: from 0 to that row's `most`. rng: a generator, or a seed for one.

    Raises KagamiError for another kind or amount, ValueError for other images.
    """
    noise = noise_named(kind)
    if not (math.isfinite(amount) and 0 <= amount <= noise.most):
        raise KagamiError(
            "bad_amount",
            f"The amount of {kind} must be from 0 to {noise.most:g}, got {amount}.",
            most=f"{noise.most:g}",
        )
    x = _checked(images)
    spoiled = noise.apply(x, np.full((len(x), 1, 1), amount, np.float32), np.random.default_rng(rng))
    return spoiled.reshape(images.shape)


def mixed_noise(images: Float, rng: np.random.Generator) -> Float:
    """Each image (n, 28, 28) or (n, 784) with a noise of its own: any kind, or none, of any amount, by even chances."""
    x = _checked(images)
    result = x.copy()
    kinds = rng.integers(len(NOISES) + 1, size=len(x))  # the last one stands for none
    shares = rng.random((len(x), 1, 1), dtype=np.float32)
    for i, noise in enumerate(NOISES.values()):
        mine = kinds == i
        result[mine] = noise.apply(x[mine], shares[mine] * np.float32(noise.most), rng)
    return result.reshape(images.shape)


def noise_named(kind: str) -> Noise:
    """The row of that name. Raises KagamiError where there is none."""
    if kind not in NOISES:
        raise KagamiError("unknown_noise", f"kind must be one of {', '.join(NOISES)}, got {kind!r}.", name=kind)
    return NOISES[kind]


def _checked(images: Float) -> Float:
    """(n, 28, 28); the comparisons refuse NaN, too."""
    low, high = images.min(initial=0), images.max(initial=0)
    if (
        images.dtype != np.float32
        or images.shape[1:] not in ((SIDE, SIDE), (SIDE * SIDE,))
        or not (low >= 0 and high <= 1)
    ):
        raise ValueError(
            f"images must be float32 (n, 28, 28) or (n, 784) in [0, 1], "
            f"got {images.dtype} of shape {images.shape} from {low} to {high}"
        )
    return images.reshape(len(images), SIDE, SIDE)
