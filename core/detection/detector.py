"""A detector: autoencoder + score + threshold rule, in scikit-learn's manner."""

from typing import Self

import numpy as np
import numpy.typing as npt

from core.detection.scores import SCORES
from core.detection.thresholds import Threshold, p_values
from core.errors import KagamiError
from core.images.data import Bool, Float
from core.models.autoencoder import Autoencoder
from core.models.bundle import Bundle


class Detector:
    """Judges images: normal, or anomalous iff score > threshold.

    Unlike scikit-learn's outlier detectors, higher scores are *more* anomalous, as in PyOD.

    Parameters
    ----------
    autoencoder : what reconstructs.
    score : a name in `core.detection.scores.SCORES`.
    threshold : the rule and its parameters.

    Attributes
    ----------
    calibration_scores_ : (n,) float32, scores of the calibration set.
    threshold_ : float, in the score's unit; infinite where `conformal` can promise nothing. It is a float32's
        value, as scores are, so that score > threshold means the same in every precision.
    """

    def __init__(
        self,
        autoencoder: Autoencoder,
        *,
        score: str = "mae",
        threshold: Threshold = Threshold(),  # noqa: B008 (frozen)
    ) -> None:
        self.autoencoder = autoencoder
        self.score = score
        self.threshold = threshold

    def fit(self, x_calibration: Float) -> Self:
        """Set the threshold on normals that training did not see: (n, 784) float32 in [0, 1], n ≥ 2."""
        return self._calibrate(self.decision_function(x_calibration))

    @classmethod
    def of(cls, bundle: Bundle, *, score: str | None = None, threshold: Threshold | None = None) -> Self:
        """The bundle's detector, calibrated by the scores that it ships; its recipe's choices by default."""
        recipe = bundle.experiment.recipe
        detector = cls(
            bundle.autoencoder,
            score=score or recipe.score,
            threshold=threshold or Threshold(rule=recipe.rule),
        )
        _check(detector.score)
        key = f"score_{detector.score}"
        if key not in bundle.calibration:
            name = bundle.experiment.name
            raise KagamiError(
                "bundle_damaged",
                f"The bundle {name!r} holds no {key}. Train it again: python -m core train {name} --force",
                name=name,
                what=f"{key} is missing",
            )
        return detector._calibrate(bundle.calibration[key])

    def _calibrate(self, scores: Float) -> Self:
        if len(scores) < 2 or not np.isfinite(scores).all():
            raise ValueError(f"calibration needs two or more finite scores, got {len(scores)}")
        self.calibration_scores_ = scores
        self.threshold_ = float(np.float32(self.threshold.of(scores)))
        return self

    def decision_function(self, x: Float) -> Float:
        """Anomaly scores (n,) of images x (n, 784) in [0, 1]. Higher is more anomalous."""
        _check(self.score)
        scores = SCORES[self.score].compute(x, self.autoencoder.reconstruct(x))
        if not np.isfinite(scores).all():  # NaN would be no more than any threshold: normal
            raise ValueError("images must hold finite numbers")
        return scores

    def predict(self, x: Float) -> Bool:
        """(n,) bool, True where the image is anomalous."""
        return self.decision_function(x) > self.threshold_

    def p_value(self, scores: Float) -> npt.NDArray[np.float64]:
        """Split-conformal p-values (n,) in (0, 1] of anomaly scores (n,). Lower is more anomalous."""
        return p_values(scores, self.calibration_scores_)


def _check(score: str) -> None:
    if score not in SCORES:
        raise KagamiError("unknown_score", f"score must be one of {', '.join(SCORES)}, got {score!r}.", name=score)
