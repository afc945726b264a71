"""The threshold lab: where to put the line between normal and unseen, and what follows from it."""

import streamlit as st

from core.detection.detector import offered
from core.errors import KagamiError
from core.models.bundle import experiment_named
from core.ui.detect import lab
from core.ui.detect import views as lab_views
from core.ui.shared import loaders
from core.ui.shared.choices import choose_score, headed_experiment
from core.ui.shared.language import _, content, sentence


def threshold_lab(name: str) -> None:
    st.markdown(content("threshold_lab", **lab_views.story_figures()))
    recipe = experiment_named(name).recipe
    with st.container(key="lab_controls", horizontal=True, vertical_alignment="bottom"):
        score = choose_score(offered(loaders.bundle(name)), default=recipe.score)
        trial = loaders.trial(name, score)
        threshold = lab.choose_lab_threshold(trial, of=(name, score), default=recipe.rule)
        cost = lab.choose_cost(trial)
        lab.article_button()
    lab_views.unseen_note(trial)
    detector = loaders.detector(name, score, threshold)
    lab.threshold_lab(
        trial,
        detector.threshold_,
        cost=cost,
        article=loaders.detector(name, score, lab.ARTICLE).threshold_,
        others=lab.other_recipes(name),
        mirror=detector.autoencoder,
    )
    view = lab_views.choose_view()
    if view == "mistakes":
        lab_views.mistakes(trial, detector)
    elif view == "ink":
        lab_views.ink_against_error(trial, detector)
    else:
        lab_views.leave_one_out()


@st.fragment  # letting the line go reruns this and nothing else
def lab_or_reason(name: str) -> None:
    try:
        threshold_lab(name)
    except KagamiError as error:
        st.error(sentence(error))


lab_or_reason(headed_experiment(_("Where to draw the line"), default="article-without-0"))
