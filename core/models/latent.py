"""The latent space as a place to look around in: a plane through it, walks, neighbours, what a unit does.

Latents are float32 (n, k), one row an image, k the width of the bottleneck; points lie in a plane, float32 (n, 2).
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from core.images.data import Float, Int, UInt8
from core.models.autoencoder import Autoencoder

# What a plane or a unit's range leaves out at each end, in per cent: a few far latents would make all else small.
BEYOND = 0.5
# How far the plane goes on beyond that, as a share of its side.
MARGIN = 0.04


@dataclass(frozen=True, kw_only=True)
class Plane:
    """A plane through a latent space, and the part of it where latents lie.

    origin: (k,) the latent at (0, 0).
    axes: (2, k) orthonormal directions; x grows along the first, y along the second.
    explained: share of the latents' variance that lies in the plane, in [0, 1].
    low, high: (2,) the corners of the part that is shown; low < high.
    """

    origin: Float
    axes: Float
    explained: float
    low: Float
    high: Float

    @classmethod
    def of(cls, latents: Float) -> Self:
        """The plane of `latents` (n, k), n ≥ 2: the latent space itself where k is 2, else their two principal axes.

        Principal component analysis (Pearson, 1901): the two directions of largest variance about the mean. Each axis
        points to where its largest entry is positive, so that the same latents always give the same plane.
        """
        n, k = latents.shape
        if n < 2 or k < 2:
            raise ValueError(f"latents must be two or more rows of two or more units, got shape {latents.shape}")
        if k == 2:
            origin, axes, explained = np.zeros(2), np.eye(2), 1.0
        else:
            rows = latents.astype(np.float64)
            origin = rows.mean(axis=0)
            variances, directions = np.linalg.eigh(np.cov(rows, rowvar=False))  # ascending; directions are columns
            axes = directions[:, :-3:-1].T
            axes *= np.sign(np.take_along_axis(axes, np.abs(axes).argmax(axis=1, keepdims=True), axis=1))
            total = variances.sum()
            explained = float(variances[-2:].sum() / total) if total > 0 else 1.0
        points = (latents - origin) @ axes.T
        low, high = np.percentile(points, [BEYOND, 100 - BEYOND], axis=0)
        margin = np.maximum((high - low) * MARGIN, 1e-6)  # latents that are all alike still have a place
        return cls(
            origin=origin.astype(np.float32),
            axes=axes.astype(np.float32),
            explained=explained,
            low=(low - margin).astype(np.float32),
            high=(high + margin).astype(np.float32),
        )

    def points(self, latents: Float) -> Float:
        """Where latents (n, k) lie on the plane, or are nearest to it: (n, 2)."""
        return np.asarray((latents - self.origin) @ self.axes.T, np.float32)

    def latents(self, points: Float) -> Float:
        """The latents (n, k) at points (n, 2) of the plane."""
        return np.asarray(self.origin + points @ self.axes, np.float32)

    def within(self, points: Float) -> Float:
        """The points (n, 2), each that lies outside the shown part brought to its border."""
        return np.clip(points, self.low, self.high)

    def lattice(self, side: int) -> Float:
        """The middles of side × side equal tiles of the shown part, (side², 2): row by row from the top left."""
        x, y = (self.low + (self.high - self.low) * ((np.arange(side) + 0.5) / side)[:, np.newaxis]).T
        return np.stack([np.tile(x, side), np.repeat(y[::-1], side)], axis=1).astype(np.float32)


def walk(start: Float, end: Float, steps: int) -> Float:
    """The straight way between two latents (k,), both ends included: (steps, k), steps ≥ 2."""
    share = np.linspace(0, 1, steps, dtype=np.float32)[:, np.newaxis]
    return np.asarray((1 - share) * start + share * end, np.float32)


def ranges(latents: Float) -> Float:
    """Between which values each unit of `latents` (n, k) moves, a few far ones aside: (2, k), low and high."""
    return np.percentile(latents, [BEYOND, 100 - BEYOND], axis=0).astype(np.float32)


def swept(latent: Float, unit: int, span: Float, steps: int) -> Float:
    """A latent (k,) with one unit taken through its range, the others as they are: (steps, k).

    span: (2, k) as `ranges` gives it.
    """
    rows = np.repeat(latent[np.newaxis], steps, axis=0)
    rows[:, unit] = np.linspace(float(span[0, unit]), float(span[1, unit]), steps)
    return rows


def effects(autoencoder: Autoencoder, latent: Float, span: Float) -> Float:
    """How much each unit can change what `latent` (k,) decodes to: (k,) in [0, 1].

    The mean absolute difference per pixel between both ends of the unit's range in `span` (2, k).
    """
    ends = np.repeat(latent[np.newaxis], 2 * len(latent), axis=0).reshape(2, len(latent), -1)
    for end, values in zip(ends, span, strict=True):
        np.fill_diagonal(end, values)
    low, high = (autoencoder.decode(end) for end in ends)
    return np.asarray(np.abs(high - low).mean(axis=1), np.float32)


def nearest(latents: Float, to: Float, count: int, *, squares: Float | None = None) -> tuple[Int, Float]:
    """Which `count` rows of `latents` (n, k), or all n, lie nearest to `to` (k,), and how far: the nearest first.

    squares: `squares_of(latents)`, for those who ask often.
    """
    count = min(count, len(latents))
    # ‖a − b‖² = ‖a‖² − 2 ab + ‖b‖², the last of which is the same for all rows. Not `@`: its threads would fight with
    # those of a memory and of other visitors over a job this small.
    distances = (squares_of(latents) if squares is None else squares) - 2 * np.einsum("nk,k->n", latents, to)
    found = np.argpartition(distances, count - 1)[:count]
    found = found[np.argsort(distances[found], kind="stable")]
    return found, np.sqrt(np.maximum(distances[found] + to @ to, 0))


def squares_of(latents: Float) -> Float:
    """‖a‖² (n,) of the rows of `latents` (n, k)."""
    return np.asarray(np.square(latents).sum(axis=1), np.float32)


def centres(latents: Float, y: UInt8) -> Float:
    """The median of each label's latents (n, k), per unit: (labels, k), in the order of the labels in y (n,)."""
    return np.stack([np.median(latents[y == label], axis=0) for label in np.unique(y)]).astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class LatentSpace:
    """What is known of a bundle's latents.

    latents: (n, k) of the images to be looked at.
    plane, span: the plane through the latents of normals that it was fitted on, and their units' `ranges`.
    """

    latents: Float
    plane: Plane
    span: Float

    @classmethod
    def of(cls, autoencoder: Autoencoder, x: Float, *, normals: Float) -> Self:
        """That of images x (n, 784), fitted on the images `normals` (m, 784); all in [0, 1]."""
        fitted_on = autoencoder.encode(normals)
        return cls(latents=autoencoder.encode(x), plane=Plane.of(fitted_on), span=ranges(fitted_on))
