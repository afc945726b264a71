"""Other ways than the pen to bring something to the mirror, and to take something along; one of them open at a time."""

import streamlit as st

from core.detection.usual import Usual
from core.images.data import Float
from core.ui.canvas import drawing
from core.ui.draw.characters import preset_characters
from core.ui.draw.noise import spoiling
from core.ui.draw.photos import pictures
from core.ui.draw.sharing import sharing
from core.ui.draw.tray import tray
from core.ui.shared.address import choose
from core.ui.shared.choices import Chosen
from core.ui.shared.language import _, sentence

WAYS = ("characters", "pictures", "noise", "tray", "share")
"""In display order; the first is open where the address names none."""


def ways(chosen: Chosen, usual: Usual, image: Float | None) -> None:
    """The open way. What it puts on the canvas is judged in the same run.

    image: (28, 28), what the model sees now; None where it sees nothing.
    """
    if error := drawing.notice():
        st.warning(sentence(error))
    titles = {
        "characters": _("Characters"),
        "pictures": _("Pictures"),
        "noise": _("Noise"),
        "tray": _("Tray"),
        "share": _("Share"),
    }
    way = choose(
        st.segmented_control,
        _("Ways in and out"),
        WAYS,
        key="tool",
        default=WAYS[0],
        title=titles.__getitem__,
        required=True,
        label_visibility="collapsed",
    )
    with st.container(key=f"way_{way}"):
        if way == "characters":
            preset_characters()
        elif way == "pictures":
            pictures(chosen)
        elif way == "noise":
            spoiling(chosen, image)
        elif way == "tray":
            tray(chosen, usual.error)
        elif way == "share":
            sharing()
