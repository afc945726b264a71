"""One image before a detector: everything that a page or the command line tells about it."""

from dataclasses import dataclass

import numpy as np

from core.detection.detector import Detector
from core.detection.scores import error_map
from core.detection.seen import Seen
from core.images.data import Float, Int, UInt8, flatten


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What the mirror returned for one image, and the verdict.

    image, reconstruction, error_map: (28, 28) float32 in [0, 1].
    latent: (d,) float32, what the bottleneck's units answer.
    score: anomaly score, higher is more anomalous; anomalous iff score > threshold.
    borderline: whether half or twice as many false alarms would turn the verdict
        (`core.detection.thresholds.borderline`).
    p_value: split-conformal, in (0, 1].
    above: share of the calibration normals with a lower score, in [0, 1].
    closest: (k,) indices into MNIST's training part of the remembered normals that match best, the best first; empty
        where the detector remembers none.
    source: the way in that the threshold is for (`core.images.sources`); None where it is one for all.
    """

    image: Float
    reconstruction: Float
    error_map: Float
    latent: Float
    score: float
    threshold: float
    anomalous: bool
    borderline: bool
    p_value: float
    above: float
    closest: Int
    source: str | None = None


def judge(detector: Detector, images: UInt8 | Float | Seen) -> list[Judgement]:
    """Judge images (n, 28, 28), uint8 or float32 in [0, 1], one by one in a single pass, or what was seen of them."""
    seen = images if isinstance(images, Seen) else detector.see(flatten(images))
    x = seen.x
    scores = detector.decision_function(seen)
    reconstructions = seen.reconstruction
    latents = seen.answers["latent"]
    low, high = detector.borderline_
    errors = error_map(x, reconstructions)
    above = np.searchsorted(np.sort(detector.calibration_scores_), scores) / len(detector.calibration_scores_)
    return [
        Judgement(
            image=x[i].reshape(28, 28),
            reconstruction=reconstructions[i].reshape(28, 28),
            error_map=errors[i].reshape(28, 28),
            latent=latents[i],
            score=float(scores[i]),
            threshold=detector.threshold_,
            anomalous=bool(scores[i] > detector.threshold_),
            borderline=bool(low < scores[i] <= high),
            p_value=float(p),
            above=float(above[i]),
            closest=seen.recalled[i].best if detector.knowledge.memory else np.empty(0, np.intp),
            source=detector.source_,
        )
        for i, p in enumerate(detector.p_value(scores))
    ]
