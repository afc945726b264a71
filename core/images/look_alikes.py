"""Letters that are digits in all but name."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from core.images.data import DIGITS, Bool

LOOK_ALIKES: Mapping[str, int] = MappingProxyType(
    {"O": 0, "o": 0, "I": 1, "l": 1, "Z": 2, "S": 5, "s": 5, "b": 6, "q": 9}
)
"""Each letter that a hand writes with a digit's strokes, and that digit. Brought to 28×28 nothing is left that tells
them apart, so a detector that flags the letter would have to flag the digit."""


def look_alike(name: str, normals: Collection[int] = DIGITS) -> int | None:
    """The digit that the character looks like, if it is one of the normals; else None."""
    digit = LOOK_ALIKES.get(name)
    return digit if digit in normals else None


def look_alikes(labels: npt.NDArray[np.generic], normals: Collection[int] = DIGITS) -> Bool:
    """Which of the labels (n,) are letters that look like one of the normals: (n,) bool. Numbers are none."""
    return np.isin(labels.astype(str), [letter for letter in LOOK_ALIKES if look_alike(letter, normals) is not None])
