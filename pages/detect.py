"""The threshold lab: where to put the line between normal and unseen, and what follows from it."""

import streamlit as st

from core.detection.detector import Detector, offered
from core.detection.trial import Trial
from core.models.bundle import experiment_named
from core.ui.detect import lab
from core.ui.detect.views import (
    choose_view,
    ink_against_error,
    leave_one_out,
    mistakes,
    story_figures,
    unseen_note,
)
from core.ui.shared import loaders
from core.ui.shared.choices import choose_score, headed_experiment
from core.ui.shared.errors import errors_shown
from core.ui.shared.language import _, content


@st.fragment  # letting the line go reruns this and nothing else
@errors_shown()
def threshold_lab(name: str) -> None:
    st.markdown(content("threshold_lab", **story_figures()))
    recipe = experiment_named(name).recipe
    with st.container(key="lab_controls", horizontal=True, vertical_alignment="bottom"):
        score = choose_score(offered(loaders.bundle(name)), default=recipe.score)
        trial = loaders.trial(name, score)
        threshold = lab.choose_lab_threshold(trial, of=(name, score), default=recipe.rule)
        cost = lab.choose_cost(trial)
        lab.article_button()
    unseen_note(trial)
    detector = loaders.detector(name, score, threshold)
    lab.threshold_lab(
        trial,
        detector.threshold_,
        cost=cost,
        article=loaders.detector(name, score, lab.ARTICLE).threshold_,
        others=lab.other_recipes(name),
        autoencoder=detector.autoencoder,
    )
    look_closer(trial, detector)


def look_closer(trial: Trial, detector: Detector) -> None:
    view = choose_view()
    if view == "mistakes":
        mistakes(trial, detector)
    elif view == "ink":
        ink_against_error(trial, detector)
    else:
        leave_one_out()


threshold_lab(headed_experiment(_("Where to draw the line"), default="article-without-0"))
