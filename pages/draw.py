"""Draw a character and see whether the mirror knows it."""

import numpy as np
import streamlit as st

from core.detection.judgement import judge
from core.errors import KagamiError
from core.images.data import Float
from core.images.handwriting import prepare
from core.models.bundle import list_bundles
from core.models.experiments import experiment
from core.ui import loaders
from core.ui.canvas import canvas_buttons, canvas_ink
from core.ui.characters import preset_characters
from core.ui.choices import Chosen, experiment_title, headed_choice
from core.ui.language import _, sentence
from core.ui.mirror import blank_tiles, closest_normals, mirror_tiles, no_verdict, opinion, verdict


@st.fragment  # a stroke reruns this and nothing else
def mirror(chosen: Chosen | None) -> None:
    with st.container(key="mirror", horizontal=True):
        with st.container(key="drawing", width="content"):
            ink = canvas_ink()
            canvas_buttons()
        image = judged = reason = None
        try:
            image = prepare(ink).image[np.newaxis]
            judged = judge(chosen.detector, image)[0] if chosen else None
        except KagamiError as error:
            reason = sentence(error)
        if judged:
            mirror_tiles(judged)
        else:
            blank_tiles()
    left, right = st.columns([7, 5])
    with left, st.container(key="verdict"):
        if judged:
            verdict(judged, score=chosen.detector.score, beside=second_opinion(chosen, image))
        elif reason:
            no_verdict(reason)
    with right:
        if judged and len(judged.closest):
            closest_normals(judged, loaders.train_images())
    preset_characters()


def second_opinion(chosen: Chosen, image: Float) -> str:
    """What the article's recipe says of the same image and the same normals, where another recipe judges."""
    article = experiment("article-all", normals=chosen.experiment.normals)
    if chosen.experiment.recipe == article.recipe or article.name not in list_bundles():
        return ""
    try:
        detector = loaders.default_detector(article.name)
    except KagamiError as error:
        return sentence(error)
    return opinion(judge(detector, image)[0], score=detector.score, title=experiment_title(article))


mirror(headed_choice(_("Draw a digit or a letter")))
