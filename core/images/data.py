"""MNIST as it ships with Kagami, and the one place where normal digits are split.

Images are uint8 (n, 28, 28), white ink (255) on black (0), exactly as in the file; `flatten` scales them.
"""

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from core.errors import KagamiError

UInt8 = npt.NDArray[np.uint8]
Float = npt.NDArray[np.float32]
Bool = npt.NDArray[np.bool_]
Int = npt.NDArray[np.intp]

ASSETS = Path(__file__).parent.parent / "assets"
MNIST_PATH = ASSETS / "mnist.npz"
MNIST_SHA256 = "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64"
DIGITS = tuple(range(10))
# In an image of 28×28.
PIXELS = 28 * 28
# Several times as long as a writer's run of images, so that few writers stand on both sides of a border.
WRITERS_RUN = 500
# Of a run: so near to its ends images may be by a writer of the next one's. Among an image's nearest neighbours those
# within 200 places are more frequent than by chance, and farther ones are not.
SHARED_WRITERS = 0.4


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """Images with their labels, read-only.

    x: (n, 28, 28) uint8, 0 is paper, 255 is ink.
    y: (n,) uint8 digits 0-9.
    """

    x: UInt8
    y: UInt8


def sha256_of(path: Path) -> str:
    """The file's SHA-256 as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def load_mnist(part: Literal["train", "test"], *, path: Path = MNIST_PATH) -> Labelled:
    """MNIST's 60,000 training or 10,000 test images, as they ship with Kagami.

    Raises KagamiError where the file is missing or its SHA-256 is not the one that was checked: a model must
    not be trained or judged on other images than the ones that its figures speak of.
    """
    if not path.is_file():
        raise KagamiError("data_missing", f"MNIST is missing: there is no file {path}.", path=str(path))
    if (found := sha256_of(path)) != MNIST_SHA256:
        raise KagamiError(
            "data_damaged",
            f"{path} is damaged: its SHA-256 is {found[:12]}… instead of {MNIST_SHA256[:12]}….",
            path=str(path),
        )
    with np.load(path, allow_pickle=False) as archive:
        x, y = archive[f"x_{part}"], archive[f"y_{part}"]
    x.flags.writeable = y.flags.writeable = False
    return Labelled(x=x, y=y)


def flatten(images: UInt8 | Float) -> Float:
    """Images (n, 28, 28) as the rows that a network takes: (n, 784) float32 in [0, 1].

    uint8 is divided by 255; floats must be in [0, 1] already.
    """
    rows = images.reshape(len(images), math.prod(images.shape[1:]))  # (n, 784); -1 would refuse n = 0
    if images.dtype == np.uint8:
        return np.divide(rows, np.float32(255), dtype=np.float32)
    low, high = rows.min(initial=0), rows.max(initial=0)
    if images.dtype.kind != "f" or not (low >= 0 and high <= 1):  # the comparison refuses NaN, too
        raise ValueError(f"images must be uint8 or float in [0, 1], got {images.dtype} from {low} to {high}")
    return rows.astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class Split:
    """Which images of MNIST's training part are for what; as indices into it, disjoint.

    train: the normals that the network learns from.
    calibrate: the normals that the threshold is set on; the network never learns from them.
    The third set, the normals to test on, is MNIST's own test part.
    """

    train: Int
    calibrate: Int


def is_normal(y: UInt8, normals: Iterable[int]) -> Bool:
    """(n,) bool: which labels are among the normal digits."""
    return np.isin(y, list(normals))


def writers_of_their_own(indices: Int) -> Int:
    """Those of the calibration set's indices (n,) whose writers have, as far as places tell, no image to train on.

    For a split with `writers_apart`: the middle of each run. All of them where the middles hold fewer than two.
    """
    place = indices % WRITERS_RUN
    middle = indices[np.minimum(place, WRITERS_RUN - 1 - place) >= SHARED_WRITERS * WRITERS_RUN]
    return middle if len(middle) >= 2 else indices


def split_normals(
    y_train: UInt8, normals: Iterable[int], *, calibrate_fraction: float, seed: int, writers_apart: bool
) -> Split:
    """Split the normal digits of MNIST's training part to train and to calibrate.

    writers_apart: split whole runs of WRITERS_RUN images instead of single ones. MNIST's training images stand in
    runs of one writer, and an image that has its writer's others among the training images scores lower than a
    stranger's would: a threshold that is set on such images raises more false alarms than it promises.

    `calibrate_fraction=0.2, seed=42, writers_apart=False` is the article's
    `train_test_split(test_size=0.2, random_state=42)`.
    """
    # Here and not above: scikit-learn takes a second to import and pages never split.
    from sklearn.model_selection import GroupShuffleSplit, train_test_split

    indices = np.flatnonzero(is_normal(y_train, normals))
    if not writers_apart:
        train, calibrate = train_test_split(indices, test_size=calibrate_fraction, random_state=seed)
        return Split(train=train, calibrate=calibrate)
    groups = GroupShuffleSplit(n_splits=1, test_size=calibrate_fraction, random_state=seed)
    train, calibrate = next(groups.split(indices, groups=indices // WRITERS_RUN))
    return Split(train=indices[train], calibrate=indices[calibrate])
