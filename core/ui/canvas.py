"""The drawing canvas and its preset characters, as one thing that gives ink.

The canvas tells Python of a drawing when the pen lifts. Until it has said anything, and right after a preset was
chosen, Python draws the preset itself: the verdict does not wait for the browser.
"""

import base64
import io
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image
from streamlit_drawable_canvas import st_canvas

from core.errors import KagamiError
from core.images.data import Float
from core.images.handwriting import ink_of_canvas
from core.images.strokes import PEN, SIZE, Strokes, characters, draw, from_canvas, to_canvas
from core.ui.language import _, sentence

PRESETS = tuple(c.name for c in characters().values() if c.group in ("digits", "latin"))
FIRST = "A"


def canvas_ink() -> Float:
    """Show the canvas; the ink on it, (SIZE, SIZE) float32 in [0, 1].

    In the session, `strokes` is what the canvas shows, and `drawing` what it was last told to show.
    """
    state = st.session_state
    if "drawing" not in state:
        asked = st.query_params.get("character")
        state["character"] = asked if asked in PRESETS else FIRST
        _show(characters()[state["character"]].strokes)
        state["outdated"] = None
    elif "canvas" not in state:
        _show(state["strokes"])  # back from another page: the canvas is new, the drawing is not
    result = st_canvas(
        stroke_width=PEN,
        stroke_color="#ffffff",
        background_color="#000000",
        width=SIZE,
        height=SIZE,
        initial_drawing=state["drawing"],
        return_image_data=True,
        key="canvas",
    )
    if result.image_bytes is None or result.image_bytes == state["outdated"]:
        return draw(state["strokes"], size=SIZE, pen=PEN)
    try:
        state["strokes"] = from_canvas(result.json_data or {}, size=SIZE)
    except KagamiError as error:
        st.warning(sentence(error))
    return ink_of_canvas(np.asarray(Image.open(io.BytesIO(result.image_bytes)).convert("RGBA")), background=(0, 0, 0))


def clear_button() -> None:
    """A button that empties the canvas."""
    st.button(_("Clear"), on_click=_clear, key="clear", width=SIZE)


def preset_characters() -> None:
    """The preset characters to choose from; choosing one draws it. They are the keyboard's way in."""
    # Not bound to the address by Streamlit: it would choose the character again that Clear has just taken back.
    st.pills(_("Or pick a character"), PRESETS, key="character", persist_state="session", on_change=_choose)
    chosen = st.session_state["character"]
    if chosen in (None, FIRST):
        st.query_params.pop("character", None)
    else:
        st.query_params["character"] = chosen


def _choose() -> None:
    name = st.session_state["character"]
    _show(characters()[name].strokes if name else ())


def _clear() -> None:
    st.session_state["character"] = None
    _show(())


def _show(strokes: Strokes) -> None:
    state = st.session_state
    state["strokes"] = strokes
    # The nonce makes the same character a new drawing, so that it can be chosen twice.
    nonce = state.get("drawing", {"nonce": 0})["nonce"] + 1
    state["drawing"] = {**to_canvas(strokes, size=SIZE, pen=PEN), "nonce": nonce}
    # What the canvas said before this is not what it shows now, until it speaks again.
    state["outdated"] = _said(state.get("canvas"))


def _said(sent: Any) -> bytes | None:
    data = ((sent or {}).get("drawing") or {}).get("data")
    return base64.b64decode(data.split(",", 1)[1]) if data else None
