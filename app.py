"""Kagami: page config, language, navigation; nothing else."""

import streamlit as st

from core.ui.shared import loaders, style
from core.ui.shared.language import _, choose_language

st.set_page_config(page_title="Kagami 鏡", page_icon="🪞", layout="wide")
loaders.begin()
style.apply()
choose_language()
st.navigation(
    [
        st.Page("pages/story.py", title=_("Story"), default=True),
        st.Page("pages/draw.py", title=_("Draw"), url_path="draw"),
        st.Page("pages/reconstruct.py", title=_("Reconstruct"), url_path="reconstruct"),
        st.Page("pages/denoise.py", title=_("Denoise"), url_path="denoise"),
        st.Page("pages/detect.py", title=_("Detect"), url_path="detect"),
        st.Page("pages/latent.py", title=_("Explore"), url_path="latent"),
        st.Page("pages/train.py", title=_("Train"), url_path="train"),
    ],
    position="top",
).run()
