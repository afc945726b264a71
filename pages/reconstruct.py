"""Originals over reconstructions, and what the error says of digits that training never saw."""

import streamlit as st

from core.detection.judgement import judge
from core.errors import KagamiError
from core.images.data import DIGITS
from core.images.selection import select
from core.ui import loaders
from core.ui.choices import choose_order, headed_choice
from core.ui.language import _, content, sentence
from core.ui.mirror import grid
from core.ui.results import article_figures, measured_sentence

chosen = headed_choice(_("Originals and reconstructions"))

digits_column, count_column, order_column = st.columns([5, 3, 3], vertical_alignment="bottom")
digits = digits_column.pills(
    _("Digits"), DIGITS, selection_mode="multi", default=DIGITS, key="digits", bind="query-params"
)
count = count_column.slider(_("How many"), 10, 60, 20, 10, key="count", bind="query-params")
with order_column:
    order, rng = choose_order()

if chosen:
    try:
        test = loaders.test_images()
        scores = loaders.test_scores(chosen.name, chosen.detector.score)
    except KagamiError as error:
        st.error(sentence(error))
        st.stop()
    shown = select(test.y, scores, digits=digits, count=count, order=order, rng=rng)
    with st.container(key="grid"):
        if len(shown):
            grid(judge(chosen.detector, test.x[shown]), test.y[shown], chosen.experiment, score=chosen.detector.score)
        else:
            st.info(_("Choose at least one digit."))
    st.markdown(measured_sentence(chosen))
    with st.expander(_("Where the article’s 1.0 comes from"), expanded=chosen.experiment.recipe.name == "article"):
        try:
            st.markdown(content("article_figures", **article_figures()))
        except KagamiError as error:
            st.error(sentence(error))
