"""What all sessions share: bundles, images and scores, loaded once and read-only.

What is made of a bundle is shared for as long as its card is the file that it was: a bundle that was renamed, trained
again or deleted is seen anew, by whoever changed it, and every other one stays loaded.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial, update_wrapper, wraps
from threading import Thread
from typing import Concatenate, Generic, ParamSpec, TypeVar

import numpy as np
import streamlit as st

from core.detection.detector import Detector, knowledge_of
from core.detection.seen import Knowledge, remembers
from core.detection.thresholds import Threshold
from core.detection.trial import Trial, characters_trial, digits_trial
from core.detection.usual import Usual
from core.errors import KagamiError
from core.images.data import Float, Labelled, flatten, is_normal, load_mnist
from core.images.sources import SCAN
from core.models.bundle import CARD, Bundle, find_bundle, load_bundle
from core.models.experiments import PRESETS
from core.models.latent import LatentSpace
from core.models.usefulness import useless

# Every twelfth training image is enough to fit a plane, and takes a tenth of a second to encode.
FITTED_ON = slice(None, None, 12)
# Of how many bundles a loader keeps what it made; whichever was asked for longest ago gives way.
MOST = 64

Rest = ParamSpec("Rest")
Made = TypeVar("Made")
# Which file a bundle's card is: path, inode, and time of its last change in nanoseconds. A card is only ever replaced
# as a whole, and names the hashes of all other files.
Stamp = tuple[str, int, int]


def _stamp(name: str) -> Stamp | None:
    """Which file the card of the bundle `name` is now; None where there is none."""
    card = find_bundle(name) / CARD
    try:
        found = card.stat()
    except OSError:
        return None
    return str(card), found.st_ino, found.st_mtime_ns


@dataclass(frozen=True, kw_only=True)
class _Stamped(Generic[Made]):
    """What was made of the bundle `name` when its card was the file `stamp`."""

    name: str
    stamp: Stamp | None
    made: Made

    @property
    def current(self) -> bool:
        return self.stamp == _stamp(self.name)


class OfBundle(Generic[Rest, Made]):
    """A function of a bundle's name, and maybe more, that is computed once for all sessions: `@OfBundle`.

    make: the function. most: of its results, how many are kept.

    Whoever caches anything of a bundle does so by this: no result outlives the bundle that it was made of.
    """

    def __init__(self, make: Callable[Concatenate[str, Rest], Made], *, most: int = MOST) -> None:
        @st.cache_resource(show_spinner=False, max_entries=most, validate=lambda held: held.current)
        @wraps(make)  # Streamlit tells caches apart by the function's name and source
        def stamped(name: str, *rest: Rest.args, **named: Rest.kwargs) -> _Stamped[Made]:
            stamp = _stamp(name)  # first: where the bundle changes meanwhile, the next call makes it anew
            return _Stamped(name=name, stamp=stamp, made=make(name, *rest, **named))

        self._stamped = stamped
        update_wrapper(self, make)

    def __call__(self, name: str, *rest: Rest.args, **named: Rest.kwargs) -> Made:
        return self._stamped(name, *rest, **named).made

    def clear(self) -> None:
        """Forget every result."""
        self._stamped.clear()


@OfBundle
def bundle(name: str) -> Bundle:
    """The checked bundle of that name. Raises KagamiError as `load_bundle` does, and tries again next time."""
    return load_bundle(name)


@st.cache_resource(show_spinner=False)
def train_images() -> Labelled:
    """MNIST's training images; those that detectors remember are among them."""
    return load_mnist("train")


@st.cache_resource(show_spinner=False)
def begin() -> Thread:
    """Begin to load the training images, once in a process, beside what else a first visit has to wait for.

    They are what takes longest, a quarter of a second, and most of it is unpacking, which lets other threads run.
    """

    def load() -> None:
        with suppress(KagamiError):  # who needs them asks again, and is told
            train_images()

    thread = Thread(target=load, daemon=True)
    thread.start()
    return thread


@st.cache_resource(show_spinner=False)
def test_images() -> Labelled:
    """MNIST's test images."""
    return load_mnist("test")


@OfBundle
def knowledge(name: str) -> Knowledge:
    """What the detectors of that bundle know."""
    loaded = bundle(name)
    return knowledge_of(loaded, train_images().x if remembers(loaded.calibration) else None)


@partial(OfBundle, most=256)
def detector(name: str, score: str, threshold: Threshold, source: str = SCAN) -> Detector:
    """The bundle's detector with that score and threshold, for images that come from that source."""
    return Detector.of(bundle(name), knowledge=knowledge(name), score=score, threshold=threshold, source=source)


def default_detector(name: str, source: str = SCAN) -> Detector:
    """The bundle's detector as its recipe means it, for images that come from that source."""
    recipe = bundle(name).experiment.recipe
    return detector(name, recipe.score, Threshold(rule=recipe.rule), source)


@OfBundle
def usual(name: str) -> Usual:
    """The scales on which that bundle's latent units and errors are shown, from 1,000 of its normals."""
    loaded, train = bundle(name), train_images()
    normals = np.flatnonzero(is_normal(train.y, loaded.experiment.normals))
    # From all over the set: its images stand in the order of their writers.
    some = normals[np.linspace(0, len(normals) - 1, 1000, dtype=np.intp)]
    return Usual.of(loaded.autoencoder, flatten(train.x[some]))


@OfBundle
def uselessness(name: str) -> KagamiError | None:
    """What to tell of that bundle where its training came to nothing; None where it is of use, as all presets are."""
    return None if name in PRESETS else useless(bundle(name), test_images())


def test_scores(name: str, score: str) -> Float:
    """Anomaly scores (10000,) of MNIST's test images, as they ship with the bundle."""
    return bundle(name).test_scores(score)


@OfBundle
def latent_space(name: str) -> LatentSpace:
    """The latents of MNIST's test images in that bundle, and the plane fitted on normals of its training images."""
    loaded, train = bundle(name), train_images()
    normals = train.x[is_normal(train.y, loaded.experiment.normals)][FITTED_ON]
    return LatentSpace.of(loaded.autoencoder, flatten(test_images().x), normals=flatten(normals))


@OfBundle
def trial(name: str, score: str) -> Trial:
    """What that score is tried on: held-out digits, or characters where the bundle has learnt every digit."""
    experiment, scores = bundle(name).experiment, test_scores(name, score)
    if experiment.held_out:
        return digits_trial(test_images(), scores, experiment)
    # Only to score: by the rule that few normals are enough for.
    return characters_trial(test_images(), scores, experiment, detector(name, score, Threshold()))
