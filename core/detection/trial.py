"""What a detector is tried on: images whose truth is known, with its scores of them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.detection.detector import Detector
from core.detection.evaluation import Evaluation, evaluate
from core.images.data import Bool, Float, Int, Labelled, UInt8, flatten, is_normal
from core.images.handwriting import prepare
from core.images.strokes import PEN, SIZE, characters, draw
from core.models.experiments import Experiment

Texts = npt.NDArray[np.str_]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """n images, judged.

    images: (n, 28, 28) uint8; labels: (n,) digits or groups of characters, as text.
    scores: (n,) float32, higher is more anomalous; unseen: (n,) bool, True where training knew no such character.
    """

    images: UInt8
    labels: Texts
    scores: Float
    unseen: Bool

    @property
    def normal_scores(self) -> Float:
        return self.scores[~self.unseen]

    @property
    def anomaly_scores(self) -> Float:
        return self.scores[self.unseen]

    def evaluate(self, threshold: float) -> Evaluation:
        """How often the threshold is right."""
        return evaluate(
            normal_scores=self.normal_scores,
            normal_labels=self.labels[~self.unseen],
            anomaly_scores=self.anomaly_scores,
            anomaly_labels=self.labels[self.unseen],
            threshold=threshold,
        )

    def mistakes(self, threshold: float) -> tuple[Int, Int]:
        """Indices of the misses, the lowest score first, and of the false alarms, the highest score first."""
        ascending = np.argsort(self.scores, kind="stable")
        flagged = self.scores[ascending] > threshold
        unseen = self.unseen[ascending]
        return ascending[unseen & ~flagged], ascending[~unseen & flagged][::-1]


def digits_trial(test: Labelled, scores: Float, experiment: Experiment) -> Trial:
    """MNIST's test images with their scores (n,): the experiment's normals against its held-out digits."""
    return Trial(images=test.x, labels=test.y.astype(str), scores=scores, unseen=~is_normal(test.y, experiment.normals))


def characters_trial(test: Labelled, scores: Float, experiment: Experiment, detector: Detector) -> Trial:
    """The experiment's normals among the test images, with their scores (n,), against characters that are no digits."""
    normal = is_normal(test.y, experiment.normals)
    images, groups = drawn_characters()  # labels of which no digit is one
    return Trial(
        images=np.concatenate([test.x[normal], images]),
        labels=np.concatenate([test.y[normal].astype(str), groups]),
        scores=np.concatenate([scores[normal], detector.decision_function(flatten(images))]),
        unseen=np.arange(normal.sum() + len(images)) >= normal.sum(),
    )


def drawn_characters() -> tuple[UInt8, Texts]:
    """Kagami's preset characters other than digits, drawn with its usual pen: (n, 28, 28) and their groups (n,)."""
    others = [each for each in characters().values() if each.group != "digits" and each.strokes]
    images = [prepare(draw(each.strokes, size=SIZE, pen=PEN)).image for each in others]
    return np.rint(np.stack(images) * 255).astype(np.uint8), np.array([each.group for each in others])


def sample(trial: Trial, *, count: int) -> Int:
    """Indices of the first `count` images of each label, normals before unseen."""
    labels = [(trial.labels == label) & (trial.unseen == unseen) for unseen, label in _labels(trial)]
    return np.concatenate([np.flatnonzero(mine)[:count] for mine in labels])


def ink_correlation(trial: Trial) -> float:
    """Pearson's correlation of ink (mean of the pixels) and score over all images, in [−1, 1]."""
    return float(np.corrcoef(flatten(trial.images).mean(axis=1), trial.scores)[0, 1])


def _labels(trial: Trial) -> list[tuple[bool, str]]:
    return sorted({(bool(unseen), str(label)) for unseen, label in zip(trial.unseen, trial.labels, strict=True)})
