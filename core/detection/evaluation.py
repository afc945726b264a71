"""How good a detector is, on images whose labels are known."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.detection.curves import curves
from core.detection.detector import Detector
from core.errors import KagamiError
from core.images.data import Float, UInt8, flatten, is_normal, load_mnist
from core.models.experiments import Experiment

Labels = npt.NDArray[np.generic]
# Of how many images it is told whether they are transposed, and of how few it is not.
TRANSPOSED_SAMPLE, FEWEST_TRANSPOSED = 200, 5


@dataclass(frozen=True, kw_only=True)
class Group:
    """Images of one label: how many, how many of them flagged as anomalous, and their mean score."""

    n: int
    flagged: int
    mean_score: float


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Rates in [0, 1]; None where there is nothing to count.

    auroc: the chance that an anomaly scores higher than a normal (ties count half).
    aupr: area under the precision–recall curve, anomalies being what is to be found; it depends on how many there are.
    fpr95: share of normals flagged by the highest threshold that flags at least 95 % of the anomalies; lower is better.
    detection_rate: share of anomalies flagged. misses: anomalies not flagged.
    false_alarm_rate: share of normals flagged.
    normals, anomalies: the same per label, labels as strings in their own order.
    """

    auroc: float | None
    aupr: float | None
    fpr95: float | None
    detection_rate: float | None
    false_alarm_rate: float | None
    misses: int
    normals_n: int
    anomalies_n: int
    normals: Mapping[str, Group]
    anomalies: Mapping[str, Group]

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts and numbers, as JSON takes them."""
        return asdict(self)


def auroc(normal_scores: Float, anomaly_scores: Float) -> float | None:
    """Area under the ROC curve of scores (n,), (m,); None where one of them is empty.

    The share of pairs in which the anomaly scores higher, ties counting half (Hanley & McNeil, 1982).
    """
    pairs = len(normal_scores) * len(anomaly_scores)
    if not pairs:
        return None
    ordered = np.sort(normal_scores)
    lower = np.searchsorted(ordered, anomaly_scores, side="left").sum(dtype=np.int64)
    lower_or_equal = np.searchsorted(ordered, anomaly_scores, side="right").sum(dtype=np.int64)
    return float(lower + lower_or_equal) / 2 / pairs


def aupr(normal_scores: Float, anomaly_scores: Float) -> float | None:
    """Average precision of finding the anomalies, as scikit-learn's; None where one of them is empty."""
    if not len(normal_scores) or not len(anomaly_scores):
        return None
    return curves(normal_scores, anomaly_scores).average_precision


def fpr95(normal_scores: Float, anomaly_scores: Float) -> float | None:
    """False alarms at 95 % detection: the share of normals that score at least what 95 % of the anomalies reach.

    FPR at 95 % TPR (Liang et al., ODIN, ICLR 2018, section 4.2), anomalies being the positives;
    None where one of the two is empty.
    """
    if not len(normal_scores) or not len(anomaly_scores):
        return None
    reached = np.sort(anomaly_scores)[len(anomaly_scores) - math.ceil(len(anomaly_scores) * 0.95)]
    return float(np.mean(normal_scores >= reached))


def inside(normal_scores: Float, anomaly_scores: Float) -> float | None:
    """Share of the anomalies that score below the median normal; None where one of the two is empty.

    Half of them would by chance. More, and the score is *inverted* (AUROC below .5): what was held out lies inside what
    was learnt. A 1 is the clearest case: its stroke is part of a 4, a 7 and a 9, so whoever returns those returns it,
    and having the least ink it has the least to get wrong. Reconstruction error calls it the most usual digit.
    """
    if not len(normal_scores) or not len(anomaly_scores):
        return None
    return float(np.mean(anomaly_scores < np.median(normal_scores)))


def evaluate(
    *,
    normal_scores: Float,
    normal_labels: Labels,
    anomaly_scores: Float,
    anomaly_labels: Labels,
    threshold: float,
) -> Evaluation:
    """Compare scores (n,) of normals and (m,) of anomalies with a threshold and with each other."""
    false_alarms = int((normal_scores > threshold).sum())
    detected = int((anomaly_scores > threshold).sum())
    return Evaluation(
        auroc=auroc(normal_scores, anomaly_scores),
        aupr=aupr(normal_scores, anomaly_scores),
        fpr95=fpr95(normal_scores, anomaly_scores),
        detection_rate=detected / len(anomaly_scores) if len(anomaly_scores) else None,
        false_alarm_rate=false_alarms / len(normal_scores) if len(normal_scores) else None,
        misses=len(anomaly_scores) - detected,
        normals_n=len(normal_scores),
        anomalies_n=len(anomaly_scores),
        normals=_per_label(normal_scores, normal_labels, threshold),
        anomalies=_per_label(anomaly_scores, anomaly_labels, threshold),
    )


def evaluate_digits(scores: Float, y: UInt8, experiment: Experiment, *, threshold: float) -> Evaluation:
    """Scores (n,) of digits with labels y (n,): the experiment's normals against its held-out digits."""
    normal = is_normal(y, experiment.normals)
    return evaluate(
        normal_scores=scores[normal],
        normal_labels=y[normal],
        anomaly_scores=scores[~normal],
        anomaly_labels=y[~normal],
        threshold=threshold,
    )


def evaluate_on_test(detector: Detector, experiment: Experiment) -> Evaluation:
    """The detector on MNIST's test images."""
    test = load_mnist("test")
    scores = detector.decision_function(flatten(test.x))
    return evaluate_digits(scores, test.y, experiment, threshold=detector.threshold_)


def looks_transposed(detector: Detector, x: Float) -> KagamiError | None:
    """What to tell where images x (n, 784) in [0, 1] look as if rows were columns, as in EMNIST's files; else None.

    They do where far fewer of them are flagged once they are transposed. A sample of them tells.
    """
    some = x[:: max(1, len(x) // TRANSPOSED_SAMPLE)]
    flagged = int(detector.predict(some).sum())
    # Where most pass there is nothing to suspect.
    if len(some) < FEWEST_TRANSPOSED or flagged < len(some) / 3:
        return None
    upright = int(detector.predict(some.reshape(-1, 28, 28).transpose(0, 2, 1).reshape(-1, 784)).sum())
    if upright > flagged / 2:
        return None
    return KagamiError(
        "images_transposed",
        f"these look transposed: of {len(some)} images {flagged} are flagged as they are, and {upright} with rows and "
        "columns exchanged. Exchange them, x.transpose(0, 2, 1), or say --transpose.",
        n=len(some),
        flagged=flagged,
        upright=upright,
    )


def _per_label(scores: Float, labels: Labels, threshold: float) -> dict[str, Group]:
    groups = {}
    for label in np.unique(labels):
        mine = scores[labels == label]
        groups[str(label)] = Group(
            n=len(mine), flagged=int((mine > threshold).sum()), mean_score=float(mine.mean(dtype=np.float64))
        )
    return groups
