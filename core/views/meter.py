"""A score's scale: where normals lie, the threshold, and one's own mark. The scale depends on normals alone."""

import math
from dataclasses import dataclass

import numpy as np

from core.images.data import Float

BINS = 120
# The threshold stands no further right than this share of the scale: beyond it is room for what is anomalous.
_THRESHOLD_AT = 0.6
# Where normals reach over more than this factor, equal steps are equal factors.
_SPAN = 30


@dataclass(frozen=True, kw_only=True)
class Scale:
    """From a score to its place, in [0, 1] from left to right.

    low, high: the scores at its ends, low < high; both > 0 where it is logarithmic.
    """

    low: float
    high: float
    logarithmic: bool

    @classmethod
    def of(cls, calibration: Float, threshold: float) -> "Scale":
        """The scale for calibration scores (n,), n ≥ 1, and a threshold, which may be infinite.

        Logarithmic where the scores are positive and most of them span more than a factor of 30.
        """
        low, most, top = (float(q) for q in np.quantile(calibration, (0.001, 0.995, 0.999)))
        logarithmic = low > 0 and most / low > _SPAN
        f = math.log if logarithmic else float
        start, end = f(low), f(top)
        end += 0.02 * (end - start)
        if math.isfinite(threshold) and (not logarithmic or threshold > 0):
            end = max(end, start + (f(threshold) - start) / _THRESHOLD_AT)
        if end <= start:  # all scores are one score
            end = start + max(abs(start), 1.0)
        # A little paper on the left, so that the area does not begin with a cliff; no score here is below 0.
        start -= 0.04 * (end - start)
        if not logarithmic and low >= 0:
            start = max(start, 0.0)
        back = math.exp if logarithmic else float
        return cls(low=back(start), high=back(end), logarithmic=logarithmic)

    def at(self, score: float) -> float:
        """Where a score stands, in [0, 1]; what lies beyond an end stands at that end."""
        if self.logarithmic:
            if score <= self.low:
                return 0.0
            return min(math.log(score / self.low) / math.log(self.high / self.low), 1.0)
        return min(max((score - self.low) / (self.high - self.low), 0.0), 1.0)

    def holds(self, score: float) -> bool:
        """Whether a score lies on the scale and not beyond one of its ends."""
        return self.low <= score <= self.high


def density(calibration: Float, scale: Scale) -> Float:
    """How many of the calibration scores (n,) lie around each of BINS even places: (BINS,) float32, its peak is 1.

    A histogram, smoothed by a bell three bins wide to either side.
    """
    lows, highs = scale.low, scale.high
    scores = calibration.astype(np.float64)
    if scale.logarithmic:
        lows, highs, scores = math.log(lows), math.log(highs), np.log(np.maximum(scores, scale.low))
    counts, _ = np.histogram(scores, bins=BINS, range=(lows, highs))
    bell = np.exp(-0.5 * np.square(np.arange(-4, 5) / 1.5))
    smooth = np.convolve(counts, bell / bell.sum(), mode="same")
    return np.asarray(smooth / max(smooth.max(), 1e-9), np.float32)


def area(heights: Float, *, split: float | None) -> str:
    """The area under heights (n,) in [0, 1] as HTML, in two colours: up to `split` in [0, 1], and beyond it.

    The parts have the classes `kg-normal` and `kg-anomalous`; None leaves all of it normal. It stretches to its box.
    """
    x = (np.arange(len(heights)) + 0.5) / len(heights)
    outline = ",".join(f"{100 * a:.1f}% {100 - 98 * t:.1f}%" for a, t in zip(x, heights, strict=True))
    at = 1.0 if split is None else split
    return (
        f'<div class="kg-meter-area" style="clip-path:polygon(0% 100%,{outline},100% 100%)">'
        f'<i class="kg-normal" style="width:{100 * at:.2f}%"></i>'
        f'<i class="kg-anomalous" style="width:{100 * (1 - at):.2f}%"></i></div>'
    )
