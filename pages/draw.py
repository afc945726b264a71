"""Draw a character and see whether the mirror knows it."""

import streamlit as st

from core.detection.detector import Detector
from core.detection.judgement import judge
from core.errors import KagamiError
from core.images.handwriting import prepare
from core.ui.canvas import canvas_ink, clear_button, preset_characters
from core.ui.choices import headed_choice
from core.ui.language import _, sentence
from core.ui.mirror import blank_tiles, mirror_tiles, no_verdict, verdict


@st.fragment  # a stroke reruns this and nothing else
def mirror(detector: Detector | None) -> None:
    with st.container(key="mirror", horizontal=True):
        with st.container(key="drawing", width="content"):
            ink = canvas_ink()
            clear_button()
        judged = reason = None
        try:
            judged = judge(detector, prepare(ink).image[None])[0] if detector else None
        except KagamiError as error:
            reason = sentence(error)
        if judged:
            mirror_tiles(judged)
        else:
            blank_tiles()
    with st.container(key="verdict"):
        if judged:
            verdict(judged)
        elif reason:
            no_verdict(reason)
    preset_characters()


chosen = headed_choice(_("Draw a digit or a letter"))
mirror(chosen.detector if chosen else None)
