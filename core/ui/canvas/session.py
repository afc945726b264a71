"""What is on the canvas, and what was on it before: the one place that pages and ways of drawing share.

Whoever wants something on the canvas calls :func:`show`, before the canvas is drawn (in a button's callback).
"""

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core.errors import KagamiError
from core.images.strokes import PEN, Stroke
from core.ui.canvas import tray
from core.ui.canvas.drawing import Drawing, same_strokes
from core.ui.shared.session import session

# How many steps back Undo remembers.
STEPS = 50
# The canvas's key.
CANVAS = "canvas"


@dataclass(kw_only=True)
class CanvasSession:
    """The visitor's canvas.

    shown: what it shows; None before it was there. past: what it showed before, the last one last.
    initial: the drawing that it starts with, as it takes it; another `nonce` makes the same drawing a new one.
    replay: strokes that draw themselves when it starts, and the width of their pen in pixels.
    outdated: what it sent before it was given another drawing: not what it shows now, until it sends again.
    read: what it had sent when it was last read.
    notice: what went wrong with the drawing, until there is another one.
    """

    shown: Drawing | None = None
    past: tuple[Drawing, ...] = ()
    initial: dict[str, Any] = field(default_factory=lambda: {"nonce": 0})
    replay: tuple[tuple[Stroke, ...], float] = ((), PEN)
    outdated: dict[str, Any] | None = None
    read: dict[str, Any] | None = None
    notice: KagamiError | None = None


def canvas() -> CanvasSession:
    """The visitor's canvas; to be changed in this package only."""
    return session(CanvasSession)


def shown() -> Drawing | None:
    """What the canvas shows; None before it was there."""
    return canvas().shown


def show(drawing: Drawing, *, replayed: bool = False) -> None:
    """Put a drawing on the canvas in place of what it shows; Undo brings that back.

    What the visitor drew is finished then, and goes into the tray.

    replayed: whether it draws itself, stroke by stroke, where motion is allowed.
    """
    if before := shown():
        _remember(before)
        if before.by_hand:
            save(before)
    show_error(None)
    put(drawing, replayed=replayed)


def put(drawing: Drawing, *, replayed: bool = False) -> None:
    """As :func:`show`, with nothing to undo: for the canvas itself."""
    now = canvas()
    now.shown = drawing
    now.initial = {**drawing.to_canvas(), "nonce": now.initial["nonce"] + 1}
    now.replay = drawing.lines if replayed else ((), PEN)
    now.outdated = sent()


def take(strokes: tuple[Stroke, ...]) -> None:
    """The canvas sent that it shows these strokes: nothing new, or what the visitor drew."""
    before = shown() or Drawing()
    if same_strokes(strokes, before.strokes):
        return
    show_error(None)
    _remember(before)
    # Several strokes may come at once; Undo takes them back one by one.
    had = len(before.strokes)
    if had < len(strokes) and same_strokes(strokes[:had], before.strokes):
        for count in range(had + 1, len(strokes)):
            _remember(before.with_strokes(strokes[:count]))
    canvas().shown = before.with_strokes(strokes)


def undo() -> None:
    """Put back what was on the canvas one step before."""
    if past := canvas().past:
        show_error(None)
        put(past[-1])
        canvas().past = past[:-1]


def can_undo() -> bool:
    """Whether there is a step to take back."""
    return bool(canvas().past)


def save(drawing: Drawing) -> None:
    """Put a drawing into the tray, unless it is there already or shows no character, which is told."""
    try:
        tray.save(drawing)
    except KagamiError as error:
        show_error(error)


def show_error(error: KagamiError | None) -> None:
    """Let the page tell what went wrong with the drawing, until there is another one; None takes it back."""
    canvas().notice = error


def notice() -> KagamiError | None:
    """What went wrong with the drawing, if something did."""
    return canvas().notice


def sent() -> dict[str, Any] | None:
    """What the canvas sent last, as fabric JSON; None before it has sent anything."""
    found: Any = st.session_state.get(CANVAS)
    raw: dict[str, Any] | None = ((found or {}).get("drawing") or {}).get("raw")
    return raw


def sends_now() -> bool:
    """Whether this run was caused by the canvas. Then all other choices are as the browser still has them.

    Right after Clear that can be the character that Clear took back, and after a surprise the group that was left.
    """
    return sent() != canvas().read


def _remember(drawing: Drawing) -> None:
    canvas().past = (*canvas().past, drawing)[-STEPS:]
