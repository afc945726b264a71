"""The floor: the smallest Streamlit page with the same canvas and no model; it says how many strokes there are."""

import streamlit as st
from streamlit_drawable_canvas import st_canvas


@st.fragment
def page() -> None:
    result = st_canvas(
        stroke_width=20,
        stroke_color="#ffffff",
        background_color="#000000",
        width=272,
        height=272,
        key="canvas",
    )
    strokes = len((result.json_data or {}).get("objects", []))
    st.html(f'<div class="kg-verdict"><b>{strokes}</b></div>')


page()
