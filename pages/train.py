"""Choose what is normal, watch a network learn it, and keep the result."""

import streamlit as st

from core.ui.shared.language import _
from core.ui.train.models import keep_models
from core.ui.train.plan import plan_training
from core.ui.train.watch import watch_training

st.title(_("Watch a network learn"))
left, right = st.columns([4, 9], gap="medium")
with left, st.container(key="plan"):
    plan_training()
with right, st.container(key="watch_panel"):
    watch_training()

st.subheader(_("Trained models"))
keep_models()
