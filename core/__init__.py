"""Kagami's core: images → models → detection → views. Everything but `core.ui` works without Streamlit."""
