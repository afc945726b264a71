"""Other ways than the pen to bring something to the mirror, and to take something along; one of them open at a time."""

from html import escape

import streamlit as st

from core.detection.detector import Detector
from core.detection.usual import Usual
from core.images.data import Float
from core.images.sources import CANVAS, PHOTO
from core.ui.canvas.session import notice
from core.ui.draw.characters import preset_characters
from core.ui.draw.noise import spoiling
from core.ui.draw.normals import gather_normals, judging
from core.ui.draw.photos import pictures
from core.ui.draw.sharing import sharing
from core.ui.draw.tray import show_tray
from core.ui.shared.address import switch
from core.ui.shared.choices import Chosen
from core.ui.shared.language import _, sentence


def ways(chosen: Chosen, usual: Usual, image: Float | None, *, before: Detector, promise: str = "") -> None:
    """The open way. What it puts on the canvas is judged in the same run.

    before: the detector of what is on the canvas, with the threshold that the bundle's own normals set.
    promise: for whom it holds, if that is to be said beside the ways, one of which leads to another threshold.
    image: (28, 28), what the model sees now; None where it sees nothing.
    """
    if error := notice():
        st.warning(sentence(error))
    titles = {
        "characters": _("Characters"),
        "pictures": _("Pictures"),
        "noise": _("Noise"),
        "tray": _("Tray"),
        "normals": _("Your digits"),
        "share": _("Share"),
    }
    with st.container(key="ways", horizontal=True, vertical_alignment="center"):
        way = switch(_("Ways in and out"), titles, key="tool", hidden=True)
        if promise:
            st.html(f'<p class="kg-legend">{escape(promise)}</p>')
    with st.container(key=f"way_{way}"):
        if way == "characters":
            preset_characters()
        elif way == "pictures":
            pictures(judging(chosen, PHOTO))
        elif way == "noise":
            spoiling(chosen, image)
        elif way == "tray":
            show_tray(judging(chosen, CANVAS), usual.error)
        elif way == "normals":
            gather_normals(before)
        elif way == "share":
            sharing()
