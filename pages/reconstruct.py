"""Originals and reconstructions: one experiment in detail, or several on the same digits."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.images.data import Int
from core.ui.reconstruct import (
    Shown,
    choose_images,
    choose_several,
    download_shown,
    download_side_by_side,
    explorer,
    second_pass_figures,
    side_by_side,
)
from core.ui.shared.address import switch
from core.ui.shared.choices import Chosen, headed_choice
from core.ui.shared.errors import errors_shown
from core.ui.shared.language import _, content
from core.ui.shared.results import article_figures, measured_sentence


def one_experiment(chosen: Chosen, which: Int, *, second: bool, bar: DeltaGenerator) -> None:
    shown = Shown.of(chosen, which, second=second)
    explorer(shown, chosen)
    with bar:
        download_shown(shown, chosen)
    if second:
        st.markdown(content("second_pass", **second_pass_figures(shown)))


def several_experiments(names: Sequence[str], which: Int, *, bar: DeltaGenerator) -> None:
    rows, text = st.columns([17, 9], gap="medium")
    with rows:
        shown = side_by_side(which, names)
    with bar:
        download_side_by_side(which, shown)
    text.markdown(content("bottleneck_widths"))


def how_often_it_is_right(chosen: Chosen) -> None:
    st.markdown(measured_sentence(chosen))
    if chosen.experiment.recipe.name == "article":
        with st.expander(_("Where the article’s 1.0 comes from")):
            st.markdown(content("article_figures", **article_figures()))


chosen = headed_choice(_("Originals and reconstructions"))
bar = st.container(key="looking_at", horizontal=True, vertical_alignment="bottom")
with bar:
    one = switch(_("Show"), {"one": _("One experiment"), "several": _("Several")}, key="show") == "one"
    asked = choose_images(many=one)
    second = one and st.toggle(_("Second pass"), key="second", bind="query-params")
if chosen:
    with errors_shown():
        names = None if one else choose_several(chosen)
        which = asked.of(chosen)
        with st.container(key="grid"):
            if not len(which):
                st.info(_("Choose at least one digit."))
            elif names is None:
                one_experiment(chosen, which, second=second, bar=bar)
            else:
                several_experiments(names, which, bar=bar)
        how_often_it_is_right(chosen)
