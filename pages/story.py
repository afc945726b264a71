"""The story; for now a short introduction: a grid and a judged letter, before any click."""

import numpy as np
import streamlit as st

from core.detection.judgement import judge
from core.errors import KagamiError
from core.images.handwriting import prepare
from core.images.strokes import PEN, SIZE, characters, draw
from core.models.experiments import PRESETS, experiment
from core.ui import loaders
from core.ui.choices import Chosen
from core.ui.language import _, content, sentence
from core.ui.mirror import drawing_tile, grid, mirror_tiles, verdict

st.title(_("Kagami: a mirror that only knows what it has learnt"))
st.markdown(content("introduction"))

try:
    chosen = Chosen(name=PRESETS[0], experiment=experiment(PRESETS[0]), detector=loaders.default_detector(PRESETS[0]))
    test = loaders.test_images()
    ink = draw(characters()["A"].strokes, size=SIZE, pen=PEN)
    letter = judge(chosen.detector, prepare(ink).image[np.newaxis])[0]
except KagamiError as error:
    st.error(sentence(error))
    st.stop()

st.subheader(_("Ten digits that it did not learn from, and what comes back"))
_digits, first = np.unique(test.y, return_index=True)  # the first image of each digit
with st.container(key="grid"):
    grid(judge(chosen.detector, test.x[first]), test.y[first], chosen.experiment, score=chosen.detector.score)

st.subheader(_("A letter, which it has never seen"))
with st.container(key="mirror", horizontal=True):
    drawing_tile(ink)
    mirror_tiles(letter)
    with st.container(key="verdict"):
        verdict(letter, score=chosen.detector.score)
        st.page_link("pages/draw.py", label=_("Draw your own"), icon="✏️")
