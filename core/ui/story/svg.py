"""HTML that holds SVG: `st.html` takes SVG out of what it shows."""

import streamlit as st

_SHOW = """
export default ({ data, parentElement }) => {
  let place = parentElement.querySelector(".kg-drawn");
  if (!place) parentElement.append((place = Object.assign(document.createElement("div"), { className: "kg-drawn" })));
  if (place.shown !== data) place.innerHTML = place.shown = data;
}
"""


def drawn(html: str, *, key: str) -> None:
    """Show HTML of Kagami's own making, with SVG in it; never anything that a visitor wrote."""
    st.components.v2.component("kagami_drawn", js=_SHOW, isolate_styles=False)(data=html, key=key)
