"""The latent space as a map to look around in."""

import streamlit as st

from core.errors import KagamiError
from core.images.data import DIGITS
from core.models.bundle import experiment_named
from core.ui.latent.parts import about_the_plane, map_as_table, place_drawing, turn_units, walk_between
from core.ui.latent.plane import plane_map
from core.ui.shared import loaders
from core.ui.shared.address import choose
from core.ui.shared.choices import choose_experiment, experiment_refusal
from core.ui.shared.language import _, sentence

PARTS = {"walk": walk_between, "units": turn_units, "drawing": place_drawing}


@st.fragment  # a point or a slider reruns this and nothing else
def explore(name: str) -> None:
    titles = {
        "walk": _("Walk between two digits"),
        "units": _("Turn one unit"),
        "drawing": _("Place your drawing"),
        "digits": _("Digits"),
        "grid": _("Decoded"),
        "all": _("all"),
    }
    left, right = st.columns([13, 11], gap="medium")
    with right:
        part = choose(
            st.segmented_control,
            _("What to do"),
            list(PARTS),
            key="part",
            default="walk",
            title=titles.__getitem__,
            required=True,
            label_visibility="collapsed",
        )
        drawn = PARTS[part](name)
    with left:
        with st.container(key="plane_choices", horizontal=True, vertical_alignment="bottom"):
            view = choose(
                st.segmented_control,
                _("Map of"),
                ["digits", "grid"],
                key="view",
                default="digits",
                title=titles.__getitem__,
                required=True,
                label_visibility="collapsed",
            )
            unseen = experiment_named(name).held_out
            bold = choose(
                st.segmented_control,
                _("Digit that stands out"),
                ["all", *map(str, DIGITS)],
                key="bold",
                default=str(unseen[0]) if len(unseen) == 1 else "all",
                title=lambda digit: titles.get(digit, digit),
                required=True,
                label_visibility="collapsed",
            )
        plane_map(name, drawn, view=view, highlight=None if bold == "all" else bold)


with st.container(key="heading", horizontal=True, vertical_alignment="bottom"):
    st.title(_("A map of what the bottleneck knows"))
    name = choose_experiment(default="plane-all", key="map_of")
if refusal := experiment_refusal("map_of"):
    st.warning(refusal)
try:
    loaders.test_images(), loaders.latent_space(name)
except KagamiError as error:
    st.error(sentence(error))
    st.stop()
explore(name)
st.markdown(about_the_plane(name))
map_as_table(name)
