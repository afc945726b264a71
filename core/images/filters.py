"""Classical filters against noise: one row of FILTERS each. They know nothing of digits.

Images are float32 (n, 28, 28) in [0, 1]; beyond the border lies paper.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from core.images.data import Float


def median(images: Float, window: float) -> Float:
    """The median over a square of `window` pixels a side."""
    # Here and below, not above: SciPy's filters take a third of a second to import, and few pages filter.
    from scipy.ndimage import median_filter

    return np.asarray(median_filter(images, size=(1, int(window), int(window)), mode="constant"))


def smooth(images: Float, spread: float) -> Float:
    """A Gaussian blur with a standard deviation of `spread` pixels."""
    from scipy.ndimage import gaussian_filter

    return np.asarray(gaussian_filter(images, sigma=(0, spread, spread), mode="constant"))


def sharpen(images: Float, strength: float) -> Float:
    """Unsharp masking: x + strength · (x − x smoothed by 1.5 pixels), cut off at 0 and 1."""
    return np.clip(images + np.float32(strength) * (images - smooth(images, 1.5)), 0, 1)


@dataclass(frozen=True, kw_only=True)
class Filter:
    """A row of the table. strengths: what may stand at `apply`'s second place."""

    name: str
    apply: Callable[[Float, float], Float]
    strengths: tuple[float, ...]


FILTERS: Mapping[str, Filter] = MappingProxyType(
    {
        row.name: row
        for row in (
            Filter(name="none", apply=lambda images, strength: images, strengths=(0,)),
            Filter(name="median", apply=median, strengths=(3, 5, 7)),
            Filter(name="smooth", apply=smooth, strengths=(0.4, 0.6, 0.8, 1.0, 1.3, 1.6)),
            Filter(name="sharpen", apply=sharpen, strengths=(0.5, 1, 1.5, 2, 3, 4, 6, 8)),
        )
    }
)


def best_filter(wanted: Float, noisy: Float) -> tuple[str, float]:
    """Name and strength of the filter that brings `noisy` nearest to `wanted`, both (n, 28, 28), by squared error."""
    errors = {
        (row.name, strength): float(np.square(row.apply(noisy, strength) - wanted).mean(dtype=np.float64))
        for row in FILTERS.values()
        for strength in row.strengths
    }
    return min(errors, key=errors.__getitem__)
