"""The drawing canvas as one thing that gives ink.

The canvas tells Python of its strokes when the pen lifts, and Python draws them itself. So the verdict does not wait
for the browser where Python knows already what is shown, and one drawing has one score, on the canvas and in the tray.
"""

from pathlib import Path

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from core.errors import KagamiError
from core.images import share
from core.images.data import Float
from core.images.strokes import PEN, SIZE, characters, flattened, from_canvas
from core.ui.canvas import drawing
from core.ui.canvas.drawing import Drawing, of_character, of_digit
from core.ui.shared.language import _
from core.views.tray import from_json, to_json

FIRST = "A"
"""What a first visit sees."""


def canvas_ink() -> Float:
    """Show the canvas; the ink on it, (SIZE, SIZE) float32 in [0, 1]."""
    state = st.session_state
    before = drawing.shown()
    if before is None:
        drawing.put(_asked(), replayed=True)
        state["outdated"] = None
    elif "canvas" not in state:
        drawing.put(before)  # back from another page: the canvas is new, the drawing is not
    st_canvas(
        stroke_width=PEN,
        stroke_color="#ffffff",
        background_color="#000000",
        width=SIZE,
        height=SIZE,
        initial_drawing=state["drawing"],
        key="canvas",
    )
    state["heard"] = said = drawing.said()
    if said is not None and said != state["outdated"]:
        state["outdated"] = None  # from here on it says what it shows, even where that is the same once more
        try:
            drawing.drawn(from_canvas(said, size=SIZE))
        except KagamiError as error:
            drawing.tell(error)
    _help()
    _store_tray()
    _write_address(state["shown"])
    ink: Float = state["shown"].ink
    return ink


def canvas_buttons() -> None:
    """Undo, Clear and Keep, under the canvas."""
    state = st.session_state
    with st.container(key="canvas_buttons", horizontal=True):
        st.button(
            _("Undo"),
            on_click=drawing.undo,
            disabled=not drawing.can_undo(),
            key="undo",
            shortcut="Mod+Z",
            width="stretch",
        )
        st.button(_("Clear"), on_click=lambda: drawing.show(of_character("blank")), key="clear", width="stretch")
        st.button(
            _("Keep"),
            on_click=lambda: drawing.keep(state["shown"]),
            key="keep",
            shortcut="K",
            width="stretch",
            help=_("Puts the drawing into the tray. Key: K"),
        )


def _asked() -> Drawing:
    """What the address asks for, or the first character."""
    if text := st.query_params.get("s"):
        try:
            return Drawing(strokes=share.decode(text), by_hand=True)
        except KagamiError as error:
            drawing.tell(error)
    digit = st.query_params.get("digit", "")
    if digit.isascii() and digit.isdigit() and len(digit) <= 4:
        try:
            return of_digit(int(digit))
        except KagamiError as error:
            drawing.tell(error)
    name = st.query_params.get("character")
    return of_character(name if name and name in characters() else FIRST)


def _write_address(now: Drawing) -> None:
    """Let the address hold what the canvas shows, so that a reload or a link brings it back."""
    state = st.session_state
    if state.get("written") is not now:
        state["written"], state["address"] = now, _address(now)
    for name in ("character", "digit", "s"):
        value = state["address"].get(name)
        if value is None:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != value:
            st.query_params[name] = value


def _address(now: Drawing) -> dict[str, str]:
    """A picture does not fit into an address, nor does a very long drawing: then there is none of them."""
    if now.digit is not None:
        return {"digit": str(now.digit)}
    if now.character:
        return {} if now.character == FIRST else {"character": now.character}
    try:
        return {"s": share.encode(now.strokes)} if now.picture is None else {"character": "blank"}
    except KagamiError:
        return {"character": "blank"}


def _help() -> None:
    """What the canvas lacks: a name, and drawings that draw themselves. Its own buttons know no Japanese."""
    state = st.session_state
    strokes, pen = state["replayed"]
    lines = [[(round(x * SIZE, 1), round(y * SIZE, 1)) for x, y in flattened(stroke)] for stroke in strokes]
    data = {
        "label": _("Drawing area, for mouse, finger or pen. The characters below can be chosen by keyboard."),
        "number": state["drawing"]["nonce"],
        "replay": lines,
        "size": SIZE,
        "pen": pen,
    }
    st.components.v2.component("kagami_canvas", js=_JS)(data=data, key="canvas_help", height=1)


def _store_tray() -> None:
    """Let the tab hold the tray over a reload, and take back what it held."""
    state = st.session_state
    changed = state.get("tray_stored", ()) is not drawing.kept()
    state["tray_stored"] = drawing.kept()
    held = st.components.v2.component("kagami_tray", js=_TRAY_JS)(
        data={"text": to_json(drawing.kept()) if changed else None},
        key="tray_store",
        default={"stored": None},
        on_stored_change=lambda: None,
        height=1,
    )
    if held.stored and not state.get("tray_taken_back"):
        state["tray_taken_back"] = True
        try:
            drawing.add_kept(from_json(str(held.stored)))
        except KagamiError as error:
            drawing.tell(error)


_TRAY_JS = Path(__file__).with_name("tray.js").read_text(encoding="utf-8")
_JS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
