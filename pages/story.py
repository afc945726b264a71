"""The story: to read alone, to present (?present=1), or the notes of who presents it (?notes=1)."""

import streamlit as st

from core.ui.shared.errors import errors_shown
from core.ui.story import article, speaker_notes, stage

with errors_shown():
    if st.query_params.get("present") == "1":
        stage()
    elif st.query_params.get("notes") == "1":
        speaker_notes()
    else:
        article()
