"""A detector: autoencoder + score + threshold rule, in scikit-learn's manner."""

from dataclasses import replace
from typing import Self

import numpy as np
import numpy.typing as npt

from core.detection.memory import Memory
from core.detection.scores import SCORES, logarithms
from core.detection.seen import Affine, Knowledge, Seen, remembers
from core.detection.thresholds import Threshold, borderline, least_normals, p_values
from core.errors import KagamiError
from core.images.data import Bool, Float, Int, UInt8, flatten, load_mnist
from core.images.sources import SCAN
from core.models.autoencoder import Autoencoder
from core.models.bundle import Bundle

WHITENED = 10_000
# Scores that differ by no more than this share of themselves are one score, rounded otherwise.
ALIKE = 1e-6


class Detector:
    """Judges images: normal, or anomalous iff score > threshold.

    Unlike scikit-learn's outlier detectors, higher scores are *more* anomalous, as in PyOD.

    Parameters
    ----------
    autoencoder : what reconstructs.
    knowledge : what the scores need beyond it, learnt from normals; nothing by default.
    score : a name in `core.detection.scores.SCORES`.
    threshold : the rule and its parameters.

    Attributes
    ----------
    calibration_scores_ : (n,) float32, scores of the calibration set.
    threshold_ : float, in the score's unit. It is a float32's value, as scores are, so that score > threshold means the
        same in every precision.
    source_ : the way in (`core.images.sources`) whose normals the threshold is set on; None where there is one
        threshold for all.
    borderline_ : (low, high), float; a score in (low, high] is borderline (`core.detection.thresholds.borderline`).
    """

    def __init__(
        self,
        autoencoder: Autoencoder,
        *,
        knowledge: Knowledge = Knowledge(),  # noqa: B008 (frozen)
        score: str = "mae",
        threshold: Threshold = Threshold(),  # noqa: B008 (frozen)
    ) -> None:
        self.autoencoder = autoencoder
        self.knowledge = knowledge
        self.score = score
        self.threshold = threshold

    def fit(self, x_calibration: Float) -> Self:
        """Set the threshold on normals that training did not see: (n, 784) float32 in [0, 1], n ≥ 2.

        Raises KagamiError where they are too few for what the conformal rule promises, or their scores do not vary.
        """
        return self._calibrate(self.decision_function(x_calibration))

    def recalibrated(self, x_calibration: Float) -> Self:
        """A detector that differs from this one in its threshold alone, which is set as :meth:`fit` sets it.

        For normals unlike those that the bundle was calibrated on: other writers, another pen, another country.
        """
        other = type(self)(self.autoencoder, knowledge=self.knowledge, score=self.score, threshold=self.threshold)
        return other.fit(x_calibration)

    @classmethod
    def of(
        cls,
        bundle: Bundle,
        *,
        knowledge: Knowledge | None = None,
        score: str | None = None,
        threshold: Threshold | None = None,
        source: str = SCAN,
    ) -> Self:
        """The bundle's detector, calibrated by the scores that it ships; its recipe's choices by default.

        source: where the images come from that it is to judge. A bundle that has one threshold for all gives that one.
        knowledge: `knowledge_of(bundle)`, for those who make several detectors of one bundle.

        Raises KagamiError where there is no such score or source, or the bundle cannot give the score.
        """
        recipe = bundle.experiment.recipe
        detector = cls(
            bundle.autoencoder,
            knowledge=knowledge_of(bundle) if knowledge is None else knowledge,
            score=score or recipe.score,
            threshold=threshold or Threshold(rule=recipe.rule),
        )
        _check(detector.score, detector.knowledge)
        scores = bundle.calibration_scores(detector.score, source)
        return detector._calibrate(scores, source if source in bundle.sources else None)

    def _calibrate(self, scores: Float, source: str | None = None) -> Self:
        self._refuse_too_few(len(scores))
        if len(scores) < 2 or not np.isfinite(scores).all():
            raise ValueError(f"calibration needs two or more finite scores, got {len(scores)}")
        if self.threshold.rule != "fixed" and np.ptp(scores) <= ALIKE * np.abs(scores).max():
            raise KagamiError(
                "normals_alike",
                f"The scores of these {len(scores)} normals do not vary: each is {scores[0]:.4g}, and nearly all else "
                "would be flagged. Calibrate with normals that differ, or set the threshold by hand (fixed).",
                n=len(scores),
                score=f"{scores[0]:.4g}",
            )
        self.calibration_scores_ = scores
        self.source_ = source
        self.threshold_ = float(np.float32(self.threshold.of(scores)))
        self.borderline_ = borderline(scores, self.threshold_)
        return self

    def _refuse_too_few(self, n: int) -> None:
        wanted = self.threshold.false_alarms
        if self.threshold.rule == "conformal" and n < (needed := least_normals(wanted)):
            raise KagamiError(
                "too_few_normals",
                f"At {100 * wanted:g} % false alarms, the conformal rule needs {needed:,} normals to promise that, got "
                f"{n}. Allow more false alarms, or take another rule: quantile, mean+std or fixed.",
                needed=needed,
                n=n,
                percent=f"{100 * wanted:g}",
            )

    def see(self, x: Float) -> Seen:
        """What this detector sees of images x (n, 784) in [0, 1]; several scores of it cost little more than one."""
        return Seen(x, self.autoencoder, self.knowledge)

    def decision_function(self, x: Float | Seen) -> Float:
        """Anomaly scores (n,) of images x (n, 784) in [0, 1], or of what was seen. Higher is more anomalous."""
        _check(self.score, self.knowledge)
        scores = SCORES[self.score].compute(x if isinstance(x, Seen) else self.see(x))
        if not np.isfinite(scores).all():  # NaN would be no more than any threshold: normal
            raise ValueError("images must hold finite numbers")
        return scores

    def predict(self, x: Float) -> Bool:
        """(n,) bool, True where the image is anomalous."""
        return self.decision_function(x) > self.threshold_

    def p_value(self, scores: Float) -> npt.NDArray[np.float64]:
        """Split-conformal p-values (n,) in (0, 1] of anomaly scores (n,). Lower is more anomalous."""
        return p_values(scores, self.calibration_scores_)


def knowledge_of(bundle: Bundle, images: UInt8 | None = None) -> Knowledge:
    """What a bundle's detectors know. `images` is MNIST's training part; it is loaded where it is needed."""
    if images is None and remembers(bundle.calibration):
        images = load_mnist("train").x
    return Knowledge.from_arrays(bundle.calibration, images)


def learn(autoencoder: Autoencoder, images: UInt8, *, train: Int, calibrate: Int, memory: bool) -> Knowledge:
    """What detectors can know from normals: images (n, 28, 28), by the indices of those to train and to calibrate.

    The calibration set only standardises the terms of the fused score.
    """
    x = flatten(images[train])
    known = Knowledge(
        memory=Memory.of(images, train, autoencoder.encode(x)) if memory else None,
        # A few thousand images fix a covariance of up to 208 dimensions; more would only take longer.
        whitening=_whitening(Seen(x[:WHITENED], autoencoder, Knowledge())),
    )
    if not memory:
        return known
    seen = Seen(flatten(images[calibrate]), autoencoder, known)
    return replace(known, fusion=Affine.standardising(logarithms(seen)))


def _whitening(seen: Seen) -> Affine | None:
    """Of the layers that are narrow enough; None where there is none, or where none of them says anything."""
    if not seen.narrow:
        return None
    pathway = seen.narrow_pathway
    return Affine.whitening(pathway) if np.ptp(pathway, axis=0).any() else None


def scores_of(knowledge: Knowledge) -> tuple[str, ...]:
    """Names of the scores that can be computed with this knowledge."""
    return tuple(s.name for s in SCORES.values() if s.needs is None or getattr(knowledge, s.needs) is not None)


def offered(bundle: Bundle) -> tuple[str, ...]:
    """Names of the scores that the bundle's detectors can give: those in SCORES that it holds, in that order."""
    return tuple(name for name in SCORES if name in bundle.scores)


def _check(score: str, knowledge: Knowledge) -> None:
    if score not in SCORES:
        raise KagamiError("unknown_score", f"score must be one of {', '.join(SCORES)}, got {score!r}.", name=score)
    if score not in (known := scores_of(knowledge)):
        raise KagamiError(
            "score_not_learnt",
            f"This detector has learnt no {SCORES[score].needs}, which the score {score!r} needs. "
            f"It can give {', '.join(known)}.",
            name=score,
        )
