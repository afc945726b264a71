"""What a network returned while it learnt: the same few images after chosen epochs, and the errors of some hundreds.

No image of MNIST's test part is among them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from core.images.data import DIGITS, Float, Int, Labelled, Split, UInt8, flatten, is_normal
from core.images.handwriting import prepare
from core.images.strokes import SIZE, characters, draw
from core.models.experiments import Experiment

# A bundle keeps every epoch of a short training, and these and the last of a long one: a few hundred kilobytes.
SHORT = 20
LANDMARKS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500)
# How many images of each kind have their errors taken.
WATCHED = 500
# The unseen ones where every digit is normal: capital letters, each drawn with these pens.
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PENS = (12, 20, 28)
# What the reader has drawn stands among the images under this label.
DRAWING = "drawing"


@dataclass(frozen=True, kw_only=True)
class Specimens:
    """What is looked at while a network learns.

    labels: (m,) of the images that are shown: each digit once, the letter A, and "drawing" where there is one.
    images: (m, 28, 28) uint8. Digits come from the calibration set where they are normal, else from those left out.
    normals, unseen: (n, 784) and (u, 784) float32 in [0, 1], up to WATCHED calibration images and images of
        left-out digits, or drawn letters where no digit is left out.
    """

    labels: tuple[str, ...]
    images: UInt8
    normals: Float
    unseen: Float

    @classmethod
    def of(cls, mnist: Labelled, split: Split, experiment: Experiment, *, drawing: UInt8 | None = None) -> Self:
        """Those of an experiment on MNIST's training part; drawing: (28, 28) uint8."""
        calibrate = np.sort(split.calibrate)
        left_out = np.flatnonzero(is_normal(mnist.y, experiment.held_out))
        labels, images = [], []
        for digit in DIGITS:
            candidates = left_out if digit in experiment.held_out else calibrate
            if len(found := candidates[mnist.y[candidates] == digit]):
                labels.append(str(digit))
                images.append(mnist.x[found[0]])
        labels.append("A")
        images.append(_letter("A", PENS[1]))
        if drawing is not None:
            labels.append(DRAWING)
            images.append(drawing)
        unseen = mnist.x[left_out[:WATCHED]]
        if not len(unseen):
            unseen = np.array([_letter(letter, pen) for letter in LETTERS for pen in PENS])
        return cls(
            labels=tuple(labels),
            images=np.array(images),
            normals=flatten(mnist.x[calibrate[:WATCHED]]),
            unseen=flatten(unseen),
        )


def _letter(name: str, pen: int) -> UInt8:
    image = prepare(draw(characters()[name].strokes, size=SIZE, pen=pen)).image
    return np.asarray(np.rint(image * 255), np.uint8)


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What the network returned after `epoch` epochs; 0 is before the first.

    reconstructions: (m, 28, 28) uint8. normal_errors, unseen_errors: (n,) and (u,) float16, mean absolute errors.
    """

    epoch: int
    reconstructions: UInt8
    normal_errors: npt.NDArray[np.float16]
    unseen_errors: npt.NDArray[np.float16]


def look(specimens: Specimens, epoch: int, reconstruct: Callable[[Float], Float]) -> Snapshot:
    """Have the network reconstruct the specimens: `reconstruct` takes and returns (n, 784) in [0, 1]."""

    def errors(x: Float) -> npt.NDArray[np.float16]:
        return np.asarray(np.abs(x - reconstruct(x)).mean(axis=1), np.float16)

    returned = reconstruct(flatten(specimens.images))
    # Not a number, as of a network that diverged, has no grey: it is drawn black.
    grey = np.rint(np.clip(np.nan_to_num(returned), 0, 1) * 255)
    return Snapshot(
        epoch=epoch,
        reconstructions=np.asarray(grey, np.uint8).reshape(-1, 28, 28),
        normal_errors=errors(specimens.normals),
        unseen_errors=errors(specimens.unseen),
    )


@dataclass(frozen=True, kw_only=True)
class Snapshots:
    """A training, looked at after k of its epochs, in order.

    labels: (m,); images: (m, 28, 28) uint8, what was given; epochs: (k,), 0 is before training; reconstructions:
    (k, m, 28, 28) uint8; normal_errors, unseen_errors: (k, n) and (k, u) float16, mean absolute error of each image.
    """

    labels: tuple[str, ...]
    images: UInt8
    epochs: tuple[int, ...]
    reconstructions: UInt8
    normal_errors: npt.NDArray[np.float16]
    unseen_errors: npt.NDArray[np.float16]

    @classmethod
    def of(cls, specimens: Specimens, taken: Sequence[Snapshot]) -> Self:
        """One or more snapshots of the same specimens."""
        return cls(
            labels=specimens.labels,
            images=specimens.images,
            epochs=tuple(each.epoch for each in taken),
            reconstructions=np.array([each.reconstructions for each in taken]),
            normal_errors=np.array([each.normal_errors for each in taken]),
            unseen_errors=np.array([each.unseen_errors for each in taken]),
        )

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays that a bundle keeps."""
        return {
            "labels": np.array(self.labels),
            "images": self.images,
            "epochs": np.array(self.epochs, np.uint16),
            "reconstructions": self.reconstructions,
            "normal_errors": self.normal_errors,
            "unseen_errors": self.unseen_errors,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        """What `to_arrays` came from, read-only. Raises KeyError or ValueError where it is something else."""
        labels, epochs = arrays["labels"], arrays["epochs"]
        m, k = len(labels), len(epochs)
        shapes = {"images": (m, 28, 28), "reconstructions": (k, m, 28, 28)}
        if not k or any(
            arrays[name].shape != shape or arrays[name].dtype != np.uint8 for name, shape in shapes.items()
        ):
            raise ValueError("images and reconstructions must be uint8, one for each label and epoch")
        if any(arrays[f"{kind}_errors"].shape[:1] != (k,) for kind in ("normal", "unseen")):
            raise ValueError("errors must be given for each epoch")
        for array in arrays.values():
            array.flags.writeable = False
        return cls(
            labels=tuple(map(str, labels)),
            images=arrays["images"],
            epochs=tuple(map(int, epochs)),
            reconstructions=arrays["reconstructions"],
            normal_errors=arrays["normal_errors"],
            unseen_errors=arrays["unseen_errors"],
        )


def saved_epochs(epochs: Sequence[int]) -> Int:
    """Which of the epochs seen (ascending) are saved with a bundle: their places."""
    if len(epochs) <= SHORT + 1:
        return np.arange(len(epochs))
    return np.flatnonzero([epoch in LANDMARKS or epoch == epochs[-1] for epoch in epochs])
