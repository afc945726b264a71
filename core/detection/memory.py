"""A memory of normal images, and how well an image matches the ones that its latent lies next to.

Two pictures of the same character differ by small shifts of their strokes. The image distortion model (Keysers,
Deselaers, Gollan & Ney, Deformation Models for Image Recognition, IEEE PAMI 29(8), 2007) lets each pixel, with its
3×3 neighbourhood of gradients, move by one pixel before it is compared. What then still differs is structure: a
stroke too many, or one that is missing.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import numpy as np
import numpy.typing as npt

from core.images.data import Float, Int, UInt8
from core.models.latent import nearest, squares_of

R = TypeVar("R")

CANDIDATES = 30  # remembered images that an image is held against: its nearest in the latent space
BEST = 10  # of those, the ones that match best
NEIGHBOURS = 10  # remembered images that a remembered image is itself held against
LACKING = 3  # of the candidates, the ones whose ink is least missed
# What bundles call the neighbourhood density.
_DENSITY = "memory_fellowship"

_SHIFTS = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]


def gradients(images: Float) -> Float:
    """Sobel gradients of images (n, 28, 28): (n, 2, 34, 34), with a margin of three pixels of paper."""
    padded = np.pad(images, ((0, 0), (4, 4), (4, 4)))
    smooth = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    across = smooth[:, :, 2:] - smooth[:, :, :-2]
    smooth = padded[:, :, :-2] + 2 * padded[:, :, 1:-1] + padded[:, :, 2:]
    down = smooth[:, 2:] - smooth[:, :-2]
    return np.asarray(np.stack([across, down], axis=1) / np.float32(8), np.float32)


def match(image: Float, others: Float) -> tuple[Float, Float]:
    """What an image has that others lack, and what they have that it lacks, after small shifts.

    image: gradients (2, 34, 34); others: gradients (k, 2, 34, 34). Returns two maps (k, 28, 28), ≥ 0: for each pixel
    of the image, then of the others, the squared difference to the best-fitting place within one pixel.
    """
    k = len(others)
    invented = np.full((k, 28, 28), np.inf, np.float32)
    missing = np.full((k, 32, 32), np.inf, np.float32)
    still = image[:, 1:33, 1:33]
    for dy, dx in _SHIFTS:
        d = still - others[:, :, 1 + dy : 33 + dy, 1 + dx : 33 + dx]
        d *= d
        d = d[:, 0] + d[:, 1]  # (k, 32, 32)
        d = d[:, :-2] + d[:, 1:-1] + d[:, 2:]
        d = d[:, :, :-2] + d[:, :, 1:-1] + d[:, :, 2:]  # (k, 30, 30): each pixel's 3×3 neighbourhood
        np.minimum(invented, d[:, 1:29, 1:29], out=invented)
        # The image's pixel p was held against the others' p + shift: the same numbers, seen from there.
        there = missing[:, 1 + dy : 31 + dy, 1 + dx : 31 + dx]
        np.minimum(there, d, out=there)
    return invented, missing[:, 2:30, 2:30]


@dataclass(frozen=True, kw_only=True)
class Recalled:
    """What a memory answers to one image.

    near, distances: (CANDIDATES,) indices of the remembered images with the nearest latents, and how far those are.
    best: (BEST,) indices of those of them that match best, the best first.
    unlike: how badly the best matches fit, relative to how well those fit their own neighbours; about 1 for a normal.
    lacking: ink that the nearest remembered images have and the image lacks, for each unit of its own ink.
    invented, missing: (28, 28) maps against the best match: ink that only the image has, that only the match has.
    """

    near: Int
    distances: Float
    best: Int
    unlike: float
    lacking: float
    invented: Float
    missing: Float


class Memory:
    """Remembered normal images with their latents.

    images: (n, 28, 28) uint8, MNIST's training part. indices: (m,) of those that are remembered, m ≥ 2. latents:
    (m, d). neighbourhood_density: (m,), that of each one's surroundings, as in a local outlier factor (Breunig et al.,
    LOF, SIGMOD 2000), told as a distance: how badly it matches its best neighbour; lower is denser.
    """

    def __init__(self, *, images: UInt8, indices: Int, latents: Float, neighbourhood_density: Float) -> None:
        self.images = images
        self.indices = indices
        self.neighbourhood_density = neighbourhood_density
        self._latents = latents.astype(np.float16).astype(np.float32)
        self._squares = squares_of(self._latents)

    @classmethod
    def of(cls, images: UInt8, indices: Int, latents: Float) -> Self:
        """Remember images[indices] (m, 28, 28), m ≥ 2, with latents (m, d)."""
        blank = np.ones(len(indices), np.float32)
        memory = cls(images=images, indices=indices, latents=latents, neighbourhood_density=blank)

        def density(index: int) -> float:
            near, _ = memory.nearest(memory._latents[index], NEIGHBOURS + 1)
            near = near[near != index][:NEIGHBOURS]
            invented, missing = match(memory._gradients(np.array([index]))[0], memory._gradients(near))
            return float((invented + missing).sum(axis=(1, 2)).min())

        memory.neighbourhood_density = np.array(list(_in_threads(density, range(len(indices)))), np.float32)
        return memory

    def to_arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """What a bundle keeps; the images themselves are MNIST's and not kept twice."""
        return {
            "memory_indices": self.indices.astype(np.uint16),
            "memory_latents": self._latents.astype(np.float16),
            _DENSITY: self.neighbourhood_density,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], images: UInt8) -> Self:
        """The memory that `to_arrays` came from."""
        return cls(
            images=images,
            indices=arrays["memory_indices"].astype(np.intp),
            latents=arrays["memory_latents"],
            neighbourhood_density=arrays[_DENSITY],
        )

    def nearest(self, latent: Float, k: int) -> tuple[Int, Float]:
        """Indices (k,) and distances (k,) of the remembered latents nearest to `latent` (d,), the nearest first."""
        return nearest(self._latents, latent, k, squares=self._squares)

    def recall(self, x: Float, latents: Float) -> list[Recalled]:
        """What it answers to images x (n, 784) in [0, 1] with latents (n, d)."""
        return list(_in_threads(lambda i: self._recall(x[i].reshape(1, 28, 28), latents[i]), range(len(x))))

    def _recall(self, image: Float, latent: Float) -> Recalled:
        near, distances = self.nearest(latent, CANDIDATES)
        invented, missing = match(gradients(image)[0], self._gradients(near))
        lacks = missing.sum(axis=(1, 2))
        both = invented.sum(axis=(1, 2)) + lacks
        best = np.argsort(both, kind="stable")[:BEST]
        return Recalled(
            near=self.indices[near],
            distances=distances,
            best=self.indices[near[best]],
            unlike=float(both[best].mean() / max(self.neighbourhood_density[near[best]].mean(), 1e-6)),
            lacking=float(np.sort(lacks)[:LACKING].mean() / max(image.sum(), 1.0)),
            invented=invented[best[0]],
            missing=missing[best[0]],
        )

    def compare(self, image: Float, images: Int) -> tuple[Float, Float]:
        """What an image (28, 28) invents and misses beside remembered ones, (k,) indices into `images`, as `match`."""
        theirs = np.divide(self.images[images], np.float32(255), dtype=np.float32)
        return match(gradients(image[np.newaxis])[0], gradients(theirs))

    def _gradients(self, remembered: Int) -> Float:
        return gradients(np.divide(self.images[self.indices[remembered]], np.float32(255), dtype=np.float32))


def _in_threads(work: Callable[[int], R], items: Sequence[int]) -> Iterator[R]:
    # numpy lets go of the interpreter while it works; one image is not worth a thread.
    if len(items) < 8:
        yield from map(work, items)
        return
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(work, items)
