"""What is on the canvas, and what was on it before: the one place that pages and ways of drawing share.

Whoever wants something on the canvas calls :func:`show`, before the canvas is drawn (in a button's callback).
"""

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import zip_longest
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image

from core.errors import KagamiError
from core.images.data import Float, UInt8
from core.images.handwriting import prepare
from core.images.strokes import PEN, SIZE, Stroke, characters, draw, to_canvas
from core.images.tracing import traced
from core.ui.shared import loaders
from core.views.tiles import data_url
from core.views.tray import MOST, Kept

# How many steps back Undo remembers.
STEPS = 50
# A picture's lines are looked for in one of so many of its rows and columns.
TRACED = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class Drawing:
    """Strokes, over a picture where one was brought.

    picture: (SIZE, SIZE) uint8, 255 = ink.
    character: the name of the preset character that this is, as long as nothing was added.
    digit: the place of MNIST's test image that this is, as long as nothing was added.
    by_hand: whether the visitor drew some of it.
    """

    strokes: tuple[Stroke, ...] = ()
    picture: UInt8 | None = None
    character: str = ""
    digit: int | None = None
    by_hand: bool = False

    @cached_property
    def ink(self) -> Float:
        """(SIZE, SIZE) float32 in [0, 1], as the canvas shows it."""
        drawn = draw(self.strokes, size=SIZE, pen=PEN)
        return drawn if self.picture is None else np.maximum(drawn, self.picture / np.float32(255))

    @property
    def lines(self) -> tuple[tuple[Stroke, ...], float]:
        """The strokes as a hand draws them, along its ink where it is a picture; and the pen's width in pixels."""
        if self.picture is None:
            return self.strokes, PEN
        strokes, pen = traced(self.picture[::TRACED, ::TRACED])
        return strokes, pen * SIZE

    def to_canvas(self) -> dict[str, Any]:
        """The drawing that a canvas starts with: the picture is its lowest object."""
        drawing = to_canvas(self.strokes, size=SIZE, pen=PEN)
        if self.picture is not None:
            place = {"left": 0, "top": 0, "originX": "left", "originY": "top", "width": SIZE, "height": SIZE}
            drawing["objects"].insert(0, {"type": "Image", "src": data_url(self.picture), "strokeWidth": 0, **place})
        return drawing


def of_character(name: str) -> Drawing:
    """A preset character as it is."""
    return Drawing(strokes=characters()[name].strokes, character=name)


def of_digit(place: int) -> Drawing:
    """One of MNIST's test images, pixel by pixel as it is."""
    return Drawing(picture=enlarged(loaders.test_images().x[place]), digit=place)


def enlarged(image: UInt8) -> UInt8:
    """What a model sees, (28, 28), in the size of the canvas: it comes back to itself from there."""
    return np.asarray(Image.fromarray(image).resize((SIZE, SIZE), Image.Resampling.BICUBIC))


def shown() -> Drawing | None:
    """What the canvas shows; None before it was there."""
    drawing: Drawing | None = st.session_state.get("shown")
    return drawing


def show(drawing: Drawing, *, replayed: bool = False) -> None:
    """Put a drawing on the canvas in place of what it shows; Undo brings that back.

    What the visitor drew is finished then, and goes into the tray.

    replayed: whether it draws itself, stroke by stroke, where motion is allowed.
    """
    if before := shown():
        _remember(before)
        if before.by_hand:
            keep(before)
    tell(None)
    put(drawing, replayed=replayed)


def put(drawing: Drawing, *, replayed: bool = False) -> None:
    """As :func:`show`, with nothing to undo: for the canvas itself."""
    state = st.session_state
    # The nonce makes the same drawing a new one, so that a character can be chosen twice.
    nonce = state.get("drawing", {"nonce": 0})["nonce"] + 1
    state["shown"] = drawing
    state["drawing"] = {**drawing.to_canvas(), "nonce": nonce}
    state["replayed"] = drawing.lines if replayed else ((), PEN)
    # What the canvas said before this is not what it shows now, until it speaks again.
    state["outdated"] = said()


def drawn(strokes: tuple[Stroke, ...]) -> None:
    """The canvas said that it shows these strokes: nothing new, or what the visitor drew."""
    before = shown() or Drawing()
    if _same(strokes, before.strokes):
        return
    tell(None)
    # Several strokes may come at once; Undo takes them back one by one.
    kept = len(before.strokes)
    if kept < len(strokes) and _same(strokes[:kept], before.strokes):
        _remember(before)
        for count in range(kept + 1, len(strokes)):
            _remember(replace(before, strokes=strokes[:count], character="", digit=None, by_hand=True))
    else:
        _remember(before)
    st.session_state["shown"] = replace(before, strokes=strokes, character="", digit=None, by_hand=True)


def undo() -> None:
    """Put back what was on the canvas one step before."""
    if past := st.session_state.get("past"):
        tell(None)
        put(past[-1])
        st.session_state["past"] = past[:-1]


def kept() -> tuple[Kept, ...]:
    """What is in the tray, in the order in which it was kept."""
    found: tuple[Kept, ...] = st.session_state.get("tray", ())
    return found


def keep(drawing: Drawing) -> None:
    """Put a drawing into the tray, unless it is there already or shows no character, which is told."""
    try:
        image = np.asarray(np.rint(prepare(drawing.ink).image * 255), np.uint8)
    except KagamiError as error:
        tell(error)
        return
    strokes = () if drawing.picture is not None else drawing.strokes
    if any(_same(strokes, each.strokes) and np.array_equal(image, each.image) for each in kept()):
        return
    add_kept((Kept(number=1, strokes=strokes, character=drawing.character, image=image),))


def add_kept(more: tuple[Kept, ...]) -> None:
    """Put more into the tray, numbered on; the oldest give way."""
    state = st.session_state
    count = state.get("tray_count", 0)
    state["tray_count"] = count + len(more)
    numbered = [replace(each, number=count + i) for i, each in enumerate(more, 1)]
    state["tray"] = (*kept(), *numbered)[-MOST:]


def set_kept(left: tuple[Kept, ...]) -> None:
    """Leave only these in the tray; :func:`restore` brings the others back."""
    state = st.session_state
    state["tray_past"] = (*state.get("tray_past", ()), kept())[-STEPS:]
    state["tray"] = left


def can_restore() -> bool:
    """Whether something was removed from the tray."""
    return bool(st.session_state.get("tray_past"))


def restore() -> None:
    """Bring back what was removed last, beside what was kept since."""
    state = st.session_state
    *earlier, last = state["tray_past"]
    state["tray_past"] = tuple(earlier)
    numbers = {each.number for each in last}
    both = (*last, *(each for each in kept() if each.number not in numbers))
    state["tray"] = tuple(sorted(both, key=lambda each: each.number))[-MOST:]


def tell(error: KagamiError | None) -> None:
    """What went wrong with the drawing, until there is another one."""
    st.session_state["notice"] = error


def notice() -> KagamiError | None:
    """What :func:`tell` was told last."""
    error: KagamiError | None = st.session_state.get("notice")
    return error


def can_undo() -> bool:
    """Whether there is a step to take back."""
    return bool(st.session_state.get("past"))


def _remember(drawing: Drawing) -> None:
    st.session_state["past"] = (*st.session_state.get("past", ()), drawing)[-STEPS:]


def _same(one: tuple[Stroke, ...], other: tuple[Stroke, ...]) -> bool:
    """Whether both are the same strokes, up to the canvas's rounding to a hundredth of a pixel."""
    return len(one) == len(other) and all(
        a is not None and b is not None and abs(a[0] - b[0]) + abs(a[1] - b[1]) < 0.02 / SIZE
        for stroke, twin in zip(one, other, strict=True)
        for a, b in zip_longest(stroke, twin)
    )


def said() -> dict[str, Any] | None:
    """What the canvas sent last, as fabric JSON; None before it has sent anything."""
    sent: Any = st.session_state.get("canvas")
    raw: dict[str, Any] | None = ((sent or {}).get("drawing") or {}).get("raw")
    return raw
