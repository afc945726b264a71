"""What noise does to digits, and how near autoencoders and a filter bring them back.

Images are float32 in [0, 1]. Nobody is told what the noise was, the filter apart: it is the best one of
`core.images.filters` for this noise, chosen on training images. That is more than the networks know, on purpose.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np

from core.images.data import ASSETS, Float, UInt8, flatten
from core.images.filters import FILTERS, best_filter
from core.images.noise import add_noise, noise_named
from core.images.quality import ssim
from core.models.autoencoder import Autoencoder

# One that was never shown noise, and one that learnt from it.
PLAIN, DENOISING = "article-all", "denoise-all"
REPORT = ASSETS / "benchmarks" / "denoising.json"
# Every tenth test image, 1,000 in all: MNIST's first half is easier than its second. The filter is chosen on as many
# training images, with a noise of their own.
MEASURED_ON, CHOSEN_ON = slice(None, None, 10), slice(None, None, 60)
CHOICE_SEED = 1


@dataclass(frozen=True, kw_only=True)
class Quality:
    """How near a set of images comes to the clean ones.

    psnr: in dB, of their mean squared error over all pixels; None where nothing differs. ssim: mean over the images.
    """

    psnr: float | None
    ssim: float

    @classmethod
    def of(cls, wanted: Float, given: Float) -> "Quality":
        """Of images `given` (n, 784) where `wanted` (n, 784) were the clean ones."""
        error = float(np.square(np.subtract(wanted, given, dtype=np.float64)).mean())
        similar = float(ssim(wanted, given).mean(dtype=np.float64))
        return cls(psnr=-10 * float(np.log10(error)) if error else None, ssim=similar)


@dataclass(frozen=True, kw_only=True)
class Point:
    """One kind and amount of noise. filter, strength: the chosen one (`FILTERS`). methods: as `cleaned` names them."""

    kind: str
    amount: float
    filter: str
    strength: float
    methods: Mapping[str, Quality]


def amounts(kind: str) -> tuple[float, ...]:
    """The amounts of that noise that are measured and offered, from 0 to its most."""
    noise = noise_named(kind)
    return tuple(round(i * noise.step, 6) for i in range(round(noise.most / noise.step) + 1))


def cleaned(
    noisy: Float, autoencoders: Mapping[str, Autoencoder], *, filter_name: str, strength: float
) -> dict[str, Float]:
    """Images (n, 784): as given (`noisy`), as each named autoencoder returns them, and filtered (`filter`)."""
    images = noisy.reshape(-1, 28, 28)
    return {
        "noisy": noisy,
        **{name: autoencoder.reconstruct(noisy) for name, autoencoder in autoencoders.items()},
        "filter": FILTERS[filter_name].apply(images, strength).reshape(noisy.shape),
    }


def measure(
    kind: str, amount: float, autoencoders: Mapping[str, Autoencoder], *, train: UInt8, test: UInt8, seed: int = 0
) -> Point:
    """Measure on every tenth of the images `test` (n, 28, 28); the filter is chosen on every sixtieth of `train`."""
    choosing, clean = (flatten(images).reshape(-1, 28, 28) for images in (train[CHOSEN_ON], test[MEASURED_ON]))
    name, strength = best_filter(choosing, add_noise(choosing, kind, amount, CHOICE_SEED))
    wanted = clean.reshape(-1, 784)
    found = cleaned(add_noise(wanted, kind, amount, seed), autoencoders, filter_name=name, strength=strength)
    methods = {method: Quality.of(wanted, given) for method, given in found.items()}
    return Point(kind=kind, amount=amount, filter=name, strength=strength, methods=methods)


def to_json(points: Sequence[Point], *, seed: int, date: str) -> str:
    """Points as the report that ships."""
    rows = [json.dumps(asdict(point)) for point in points]
    head = json.dumps({"date": date, "seed": seed, "images": len(range(10_000)[MEASURED_ON])})
    return head[:-1] + ',\n "points": [\n  ' + ",\n  ".join(rows) + "\n ]}\n"


@cache
def shipped() -> Mapping[tuple[str, float], Point]:
    """What was measured with the shipped bundles PLAIN and DENOISING, by kind and amount."""
    rows: list[dict[str, Any]] = json.loads(REPORT.read_text(encoding="utf-8"))["points"]
    points = (
        Point(**{**row, "methods": {name: Quality(**quality) for name, quality in row["methods"].items()}})
        for row in rows
    )
    return MappingProxyType({(point.kind, point.amount): point for point in points})


def passes(autoencoder: Autoencoder, *, n: int, count: int, fresh: bool, seed: int) -> tuple[Float, Float]:
    """Send n images of pure noise through the autoencoder `count` times, each time what came back before.

    The start is N(0, 1) at each pixel, cut off at 0 and 1. fresh: before each pass but the first add Gaussian noise
    again, with a deviation that falls in even steps (`deviations`); else what came back goes in as it is.

    Returns what went in and what came back, each (count, n, 784). With `fresh` this is the walk of Bengio et al.
    (Generalized Denoising Auto-Encoders as Generative Models, NIPS 2013) with noise that fades.
    """
    rng = np.random.default_rng(seed)
    nothing = np.zeros((n, 784), np.float32)
    given, returned = [add_noise(nothing, "gaussian", 1, rng)], []
    for deviation in (*deviations(count)[1:], None):
        returned.append(autoencoder.reconstruct(given[-1]))
        if deviation is not None:
            given.append(add_noise(returned[-1], "gaussian", deviation, rng) if fresh else returned[-1])
    return np.array(given), np.array(returned)


def deviations(count: int) -> tuple[float, ...]:
    """Standard deviations of the noise before each of `count` passes: from 1 in even steps to 1 / count."""
    return tuple((count - i) / count for i in range(count))
