"""Noise, and who takes it away: an autoencoder that never saw any, one that learnt from it, and a filter."""

import streamlit as st

from core.models.denoising import shipped
from core.ui.denoise import choose_noise, comparison, from_pure_noise, quality_chart, reading
from core.ui.shared.errors import errors_shown
from core.ui.shared.language import _, content


def noise_taken_away() -> None:
    kind, amount, seed = choose_noise()
    point = shipped()[kind, amount]
    left, right = st.columns([17, 9], gap="medium")
    with left, st.container(key="rows"):
        comparison(point, seed=seed)
    with right:
        st.markdown(reading(point))
        quality_chart(point)
    with st.expander(_("How to read the figures, and how they were measured")):
        st.markdown(content("denoising_figures"))


def digits_from_noise() -> None:
    st.subheader(_("From pure noise to a digit"))
    st.markdown(content("denoising_passes"))
    from_pure_noise()


st.title(_("Taking noise away"))
with errors_shown():
    noise_taken_away()
    digits_from_noise()
