"""Originals and reconstructions: one experiment in detail, or several on the same digits."""

import streamlit as st

from core.errors import KagamiError
from core.images.data import DIGITS
from core.images.selection import select
from core.ui.reconstruct import (
    COUNTS,
    IN_A_ROW,
    Shown,
    choose_several,
    download_several,
    download_shown,
    explorer,
    second_pass_figures,
    several,
)
from core.ui.shared import loaders
from core.ui.shared.address import choose
from core.ui.shared.choices import choose_order, headed_choice
from core.ui.shared.language import _, content, sentence
from core.ui.shared.results import article_figures, measured_sentence

chosen = headed_choice(_("Originals and reconstructions"))

bar = st.container(key="looking_at", horizontal=True, vertical_alignment="bottom")
with bar:
    titles = {"one": _("One experiment"), "several": _("Several")}
    view = choose(
        st.segmented_control,
        _("Show"),
        list(titles),
        key="show",
        default="one",
        title=titles.__getitem__,
        required=True,
    )
    digits = st.pills(_("Digits"), DIGITS, selection_mode="multi", default=DIGITS, key="digits", bind="query-params")
    order, rng = choose_order()
    if view == "one":
        count = choose(st.selectbox, _("How many"), COUNTS, key="count", default="10", title=str)
        second = st.toggle(_("Second pass"), key="second", bind="query-params")
if chosen is None:
    st.stop()

try:
    test = loaders.test_images()
    scores = loaders.test_scores(chosen.name, chosen.detector.score)
    if view == "several":
        names = choose_several(chosen)
        which = select(test.y, scores, digits=digits, count=IN_A_ROW, order=order, rng=rng)
    else:
        which = select(test.y, scores, digits=digits, count=int(count), order=order, rng=rng)
    with st.container(key="grid"):
        if not len(which):
            st.info(_("Choose at least one digit."))
        elif view == "several":
            rows, text = st.columns([17, 9], gap="medium")
            with rows:
                found = several(which, names)
            with bar:
                download_several(which, found)
            text.markdown(content("bottleneck_widths"))
        else:
            shown = Shown.of(chosen, which, second=second)
            explorer(shown, chosen)
            with bar:
                download_shown(shown, chosen)
            if second:
                st.markdown(content("second_pass", **second_pass_figures(shown)))
    st.markdown(measured_sentence(chosen))
    if chosen.experiment.recipe.name == "article":
        with st.expander(_("Where the article’s 1.0 comes from")):
            st.markdown(content("article_figures", **article_figures()))
except KagamiError as error:
    st.error(sentence(error))
