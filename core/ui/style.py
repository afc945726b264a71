"""The one stylesheet."""

from functools import cache
from pathlib import Path

import streamlit as st


@cache
def _css() -> str:
    return (Path(__file__).parent / "style.css").read_text(encoding="utf-8")


def apply() -> None:
    """Put the stylesheet into the page; it takes no room."""
    st.html(f"<style>{_css()}</style>")
