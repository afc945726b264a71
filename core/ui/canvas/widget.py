"""The canvas on a page: it is shown, read, undone and cleared, and the address holds what it shows.

It tells Python of its strokes when the pen lifts, and Python draws them itself. So the verdict does not wait for the
browser where Python knows already what is shown, and one drawing has one score, on the canvas and in the tray.
"""

from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from core.errors import KagamiError
from core.images import share
from core.images.strokes import PEN, SIZE, characters, flattened, from_canvas
from core.ui.canvas import tray
from core.ui.canvas.drawing import Drawing
from core.ui.canvas.session import CANVAS, can_undo, canvas, put, save, sent, show, show_error, shown, take, undo
from core.ui.shared.language import _
from core.ui.shared.session import session

FIRST = "A"
"""What a first visit sees."""
_JS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def show_canvas() -> Drawing:
    """Show the canvas, and return what is on it. The address and the tab hold that and the tray."""
    drawing = _read_canvas()
    _help_canvas()
    if error := tray.store():
        show_error(error)
    _write_address(drawing)
    return drawing


def canvas_buttons() -> None:
    """Undo, Clear and Keep, under the canvas."""
    with st.container(key="canvas_buttons", horizontal=True):
        st.button(_("Undo"), on_click=undo, disabled=not can_undo(), key="undo", shortcut="Mod+Z", width="stretch")
        st.button(_("Clear"), on_click=lambda: show(Drawing.of_character("blank")), key="clear", width="stretch")
        st.button(
            _("Keep"),
            on_click=lambda: save(shown() or Drawing()),
            key="keep",
            shortcut="K",
            width="stretch",
            help=_("Puts the drawing into the tray. Key: K"),
        )


def _read_canvas() -> Drawing:
    now, before = canvas(), shown()
    if before is None:
        put(_asked(), replayed=True)
        now.outdated = None
    elif CANVAS not in st.session_state:
        put(before)  # back from another page: the canvas is new, the drawing is not
    st_canvas(
        stroke_width=PEN,
        stroke_color="#ffffff",
        background_color="#000000",
        width=SIZE,
        height=SIZE,
        initial_drawing=now.initial,
        key=CANVAS,
    )
    now.read = sent()
    if now.read is not None and now.read != now.outdated:
        now.outdated = None  # from here on it sends what it shows, even where that is the same once more
        try:
            take(from_canvas(now.read, size=SIZE))
        except KagamiError as error:
            show_error(error)
    return now.shown or Drawing()


def _asked() -> Drawing:
    """What the address asks for, or the first character."""
    if text := st.query_params.get("s"):
        try:
            return Drawing(strokes=share.decode(text), by_hand=True)
        except KagamiError as error:
            show_error(error)
    digit = st.query_params.get("digit", "")
    if digit.isascii() and digit.isdigit() and len(digit) <= 4:
        try:
            return Drawing.of_digit(int(digit))
        except KagamiError as error:
            show_error(error)
    name = st.query_params.get("character")
    return Drawing.of_character(name if name and name in characters() else FIRST)


@dataclass(kw_only=True)
class _Address:
    """The drawing that stands in the address, and how: by the parameters' names."""

    of: Drawing | None = None
    values: dict[str, str] = field(default_factory=dict)


def _write_address(drawing: Drawing) -> None:
    """Let the address hold what the canvas shows, so that a reload or a link brings it back."""
    written = session(_Address)
    if written.of is not drawing:
        written.of, written.values = drawing, _address(drawing)
    for name in ("character", "digit", "s"):
        value = written.values.get(name)
        if value is None:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != value:
            st.query_params[name] = value


def _address(drawing: Drawing) -> dict[str, str]:
    """A picture does not fit into an address, nor does a very long drawing: then there is none of them."""
    if drawing.digit is not None:
        return {"digit": str(drawing.digit)}
    if drawing.character:
        return {} if drawing.character == FIRST else {"character": drawing.character}
    try:
        return {"s": share.encode(drawing.strokes)} if drawing.picture is None else {"character": "blank"}
    except KagamiError:
        return {"character": "blank"}


def _help_canvas() -> None:
    """What the canvas lacks: a name, and drawings that draw themselves. Its own buttons know no Japanese."""
    now = canvas()
    strokes, pen = now.replay
    lines = [[(round(x * SIZE, 1), round(y * SIZE, 1)) for x, y in flattened(stroke)] for stroke in strokes]
    data = {
        "label": _("Drawing area, for mouse, finger or pen. The characters below can be chosen by keyboard."),
        "number": now.initial["nonce"],
        "replay": lines,
        "size": SIZE,
        "pen": pen,
    }
    st.components.v2.component("kagami_canvas", js=_JS)(data=data, key="canvas_help", height=1)
