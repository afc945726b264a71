"""The latent space as a map to look around in."""

import streamlit as st

from core.ui.latent.parts import about_the_plane, choose_map, choose_part, map_as_table
from core.ui.latent.plane import plane_map
from core.ui.shared import loaders
from core.ui.shared.choices import headed_experiment
from core.ui.shared.errors import errors_shown
from core.ui.shared.language import _


@st.fragment  # a point or a slider reruns this and nothing else
@errors_shown()
def explore(name: str) -> None:
    left, right = st.columns([13, 11], gap="medium")
    with right:
        drawn = choose_part()(name)
    with left:
        view, highlight = choose_map(name)
        plane_map(name, drawn, view=view, highlight=highlight)


name = headed_experiment(_("A map of what the bottleneck knows"), default="plane-all", key="map_of")
with errors_shown():
    loaders.test_images(), loaders.latent_space(name)  # where these cannot be had, that is all there is to say
    explore(name)
    st.markdown(about_the_plane(name))
    map_as_table(name)
