"""The story: to read alone, to present (?present=1), or the notes of who presents it (?notes=1)."""

import streamlit as st

from core.errors import KagamiError
from core.ui.shared.language import sentence
from core.ui.story import article, speaker_notes, stage

try:
    if st.query_params.get("present") == "1":
        stage()
    elif st.query_params.get("notes") == "1":
        speaker_notes()
    else:
        article()
except KagamiError as error:
    st.error(sentence(error))
