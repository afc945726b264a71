"""What the pages share of Streamlit."""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

# Beside a folder named `pages`, a fresh server runs its first visit by Streamlit's older rules, in which each file
# in that folder is a page of its own: /draw would run pages/draw.py without app.py, and an address that is no
# file's name would open under a "Page not found" dialog. So the files are named like their addresses, and the
# first page to import this package, once in a process, starts over by the rules of `st.navigation`.
if PagesManager.uses_pages_directory and get_script_run_ctx(suppress_warning=True):
    PagesManager.uses_pages_directory = False
    st.rerun()
