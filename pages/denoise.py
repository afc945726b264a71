"""Noise, and who takes it away: an autoencoder that never saw any, one that learnt from it, and a filter."""

import streamlit as st

from core.errors import KagamiError
from core.models.denoising import shipped
from core.ui.denoise import choose_noise, comparison, from_pure_noise, quality_chart, reading
from core.ui.shared.language import _, content, sentence

st.title(_("Taking noise away"))
kind, amount, seed = choose_noise()
point = shipped()[kind, amount]
try:
    left, right = st.columns([17, 9], gap="medium")
    with left, st.container(key="rows"):
        comparison(point, seed=seed)
    with right:
        st.markdown(reading(point))
        quality_chart(point)
    with st.expander(_("How to read the figures, and how they were measured")):
        st.markdown(content("denoising_figures"))
    st.subheader(_("From pure noise to a digit"))
    st.markdown(content("denoising_passes"))
    st.fragment(from_pure_noise)()
except KagamiError as error:
    st.error(sentence(error))
