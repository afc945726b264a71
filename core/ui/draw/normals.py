"""Digits of one's own on which the threshold is set: the promise of false alarms holds for writers like MNIST's."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from core.detection.detector import Detector
from core.detection.judgement import Judgement
from core.detection.thresholds import RULES
from core.errors import KagamiError
from core.images.arrays import read_images
from core.images.data import Float, UInt8, flatten
from core.images.handwriting import HandwritingError, prepare
from core.ui.canvas import tray
from core.ui.draw.photos import shown_photos
from core.ui.shared.choices import Chosen
from core.ui.shared.errors import errors_shown
from core.ui.shared.language import _, sentence
from core.ui.shared.session import session
from core.ui.shared.upload import one_file
from core.views.mosaics import mosaic
from core.views.numbers import percent
from core.views.tiles import tile

# Digits that are held, the last ones; and of a file, how large it may be.
MOST, MEGABYTES = 500, 20
# Digits in a row of their picture; detectors that are remembered with the threshold set on them.
COLUMNS, REMEMBERED = 20, 4


@dataclass(frozen=True, kw_only=True)
class _Digits:
    """What was gathered, (n, 28, 28) uint8; a value of its own for each set, by which detectors are remembered."""

    images: UInt8


@dataclass(kw_only=True)
class _Normals:
    """The visitor's own normals.

    digits: what was gathered. used: whether the threshold is set on them. detectors: the ones that were, by what they
    were before. file_read: the last file, by its id.
    """

    digits: _Digits | None = None
    used: bool = False
    detectors: tuple[tuple[Detector, _Digits, Detector], ...] = ()
    file_read: str = ""


def calibrated(detector: Detector) -> Detector:
    """The detector with its threshold set on the visitor's own normals, where that is wanted and can be; else as it is.

    Why it cannot be is told where they are gathered.
    """
    own = session(_Normals)
    if not own.used or own.digits is None:
        return detector
    try:
        return _calibrated(detector, own.digits)
    except KagamiError:
        return detector


def judging(chosen: Chosen, source: str) -> Chosen:
    """What is chosen, for images from that source, and with the visitor's own threshold where that is wanted."""
    of_source = chosen.of_source(source)
    return replace(of_source, detector=calibrated(of_source.detector))


def _calibrated(detector: Detector, digits: _Digits) -> Detector:
    """Remembered: each stroke asks. Raises KagamiError where the digits are too few for its rule, or all alike."""
    own = session(_Normals)
    for before, gathered, after in own.detectors:
        if before is detector and gathered is digits:
            return after
    found = detector.recalibrated(flatten(digits.images))
    own.detectors = (*own.detectors, (detector, digits, found))[-REMEMBERED:]
    return found


def normals_told(detector: Detector, before: Detector) -> str:
    """Whose normals the detector's threshold is set on, in words; before: the bundle's own detector."""
    n = f"{len(detector.calibration_scores_):,}"
    if detector is before:
        return _("{n} normal digits kept out of training").format(n=n)
    return _("{n} digits of your own").format(n=n)


def promise(judged: Judgement, detector: Detector, before: Detector) -> str:
    """For whom the promise of few false alarms holds, where an anomaly may be a digit of another hand; else ""."""
    promises = RULES[detector.threshold.rule].parameter == "false_alarms"
    if not judged.anomalous or not promises or detector is not before:
        return ""
    told = _("{share} false alarms are promised for writers like MNIST’s; for other hands, see “Your digits”.")
    return told.format(share=percent(detector.threshold.false_alarms))


def gather_normals(detector: Detector) -> None:
    """Gather digits of one's own from the tray, from pictures and from a file, and have the threshold set on them.

    detector: the bundle's own, of which another threshold is asked.
    """
    own = session(_Normals)
    told = _(
        "How many normal digits are flagged is promised for people who write as MNIST’s writers did. Gather twenty or "
        "more digits as they are written where you are, and the threshold is set on those."
    )
    st.markdown(told)
    with st.container(key="normals_tools", horizontal=True, vertical_alignment="bottom"):
        drawings, photos = tray.saved(), shown_photos()
        st.button(
            _("Add the tray ({n})").format(n=len(drawings)),
            key="normals_tray",
            disabled=not drawings,
            on_click=lambda: _add(np.stack([each.image for each in drawings])),
        )
        st.button(
            _("Add the pictures ({n})").format(n=len(photos)),
            key="normals_photos",
            disabled=not photos,
            on_click=lambda: _add(np.stack([_pixels(each.prepared.image) for each in photos])),
        )
        with st.popover(_("Add a file")):
            _read_file()
        if own.digits is not None:
            st.button(_("Remove all"), key="normals_clear", on_click=_clear)
            st.toggle(
                _("Set the threshold on these {n}").format(n=len(own.digits.images)),
                value=own.used,
                key="normals_used",
                on_change=lambda: setattr(own, "used", st.session_state["normals_used"]),
            )
    if own.digits is not None:
        with errors_shown():
            _calibrated(detector, own.digits)
        shown = mosaic(own.digits.images, columns=min(COLUMNS, len(own.digits.images)), gap=1)
        alt = _("Your {n} digits").format(n=len(own.digits.images))
        st.html(f'<div class="kg-own-normals">{tile(shown, alt=alt)}</div>')


def _pixels(image: Float) -> UInt8:
    return np.asarray(np.rint(image * 255), np.uint8)


def _add(images: UInt8) -> None:
    """Add images (n, 28, 28) to those gathered, each once; the oldest give way."""
    own = session(_Normals)
    every = images if own.digits is None else np.concatenate([own.digits.images, images])
    first = sorted(np.unique(every.reshape(len(every), -1), axis=0, return_index=True)[1])
    own.digits = _Digits(images=every[first][-MOST:])


def _clear() -> None:
    own = session(_Normals)
    own.digits, own.used, own.detectors = None, False, ()


def _read_file() -> None:
    own = session(_Normals)
    file = one_file(
        _("Images of digits: npz, npy, IDX or CSV, white ink on black"), "", key="normals_file", megabytes=MEGABYTES
    )
    if file is None or file.file_id == own.file_read:
        return
    own.file_read = file.file_id
    with errors_shown():
        found = read_images(file.getvalue())
        for notice in found.noticed:
            if notice.code == "images_unlabelled":
                continue  # all of them are normals
            st.warning(sentence(notice))
        images = [image for image in map(_prepared, found.images[-MOST:]) if image is not None]
        if not images:
            raise KagamiError("blank", "None of these images holds a character.")
        _add(np.stack(images))


def _prepared(image: UInt8) -> UInt8 | None:
    """As the models see it, (28, 28); what is so already stays as it is. None where it is no character."""
    if image.shape == (28, 28):
        return image
    try:
        return _pixels(prepare(image).image)
    except HandwritingError:
        return None
