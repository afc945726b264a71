"""What every threshold would do: ROC, precision–recall and cost, from scores whose truth is known."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.images.data import Float, Int

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Curves:
    """Every working point there is, from a threshold that flags all to one that flags nothing; each (m,).

    thresholds: −∞, then the different scores in ascending order; flagged is what scores higher.
    detection: share of the anomalies flagged (recall, true-positive rate), falling from 1 to 0.
    false_alarms: share of the normals flagged (false-positive rate), falling from 1 to 0.
    precision: share of the flagged that are anomalies, among these images; 1 where nothing is flagged.
    """

    thresholds: Doubles
    detection: Doubles
    false_alarms: Doubles
    precision: Doubles

    @property
    def average_precision(self) -> float:
        """Σ (Rᵢ − Rᵢ₊₁) Pᵢ, the precision–recall curve's mean height; as `sklearn.metrics.average_precision_score`."""
        return float(-(np.diff(self.detection) * self.precision[:-1]).sum())

    def false_alarms_at(self, detection: float) -> float:
        """The least share of normals flagged where at least the share `detection`, in (0, 1], of anomalies is."""
        return float(self.false_alarms[self.detection >= detection][-1])

    def corners(self, ordinates: Doubles, *, count: int) -> Int:
        """Indices of about `count` points that draw detection against `ordinates` (m,), evenly along the curve."""
        steps = np.hypot(np.diff(self.detection), np.diff(ordinates))
        along = np.concatenate([[0.0], np.cumsum(steps)])
        found = np.searchsorted(along, np.linspace(0, along[-1], count))
        return np.unique(np.concatenate([[0], found, [len(along) - 1]]))


def curves(normal_scores: Float, anomaly_scores: Float) -> Curves:
    """The curves of scores (n,) of normals and (k,) of anomalies, n ≥ 1 and k ≥ 1."""
    levels = np.unique(np.concatenate([normal_scores, anomaly_scores]))  # (m - 1,)
    thresholds = np.concatenate([[-np.inf], levels.astype(np.float64)])  # (m,)
    detected = _above(anomaly_scores, thresholds)
    alarms = _above(normal_scores, thresholds)
    flagged = detected + alarms
    return Curves(
        thresholds=thresholds,
        detection=detected / len(anomaly_scores),
        false_alarms=alarms / len(normal_scores),
        precision=np.divide(detected, flagged, out=np.ones(len(thresholds)), where=flagged > 0),
    )


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What mistakes cost, in false alarms.

    miss: what overlooking one anomaly costs, where a false alarm costs 1; > 0.
    prevalence: share of anomalies among what comes in, in (0, 1).
    """

    miss: float
    prevalence: float

    def of(self, detection: Doubles | float, false_alarms: Doubles | float) -> Doubles:
        """Expected cost an image: prevalence · miss · (1 − detection) + (1 − prevalence) · false alarms.

        Provost & Fawcett, Robust Classification for Imprecise Environments, Machine Learning 42, 2001, section 2.
        """
        missed = 1 - np.asarray(detection, np.float64)
        return np.asarray(self.prevalence * self.miss * missed + (1 - self.prevalence) * np.asarray(false_alarms))

    def least(self, curve: Curves) -> int:
        """Index of the curve's cheapest working point; the highest threshold of several."""
        costs = self.of(curve.detection, curve.false_alarms)
        return len(costs) - 1 - int(np.argmin(costs[::-1]))


def _above(scores: Float, thresholds: Doubles) -> Int:
    """How many scores (n,) exceed each threshold: (m,)."""
    return len(scores) - np.searchsorted(np.sort(scores).astype(np.float64), thresholds, side="right")
