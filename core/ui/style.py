"""The stylesheets: `base.css` for every page, and one file for each thing that has a look of its own."""

from functools import cache
from pathlib import Path

import streamlit as st


@cache
def _css() -> str:
    base, *others = sorted((Path(__file__).parent / "styles").glob("*.css"), key=lambda path: path.stem != "base")
    return "\n".join(path.read_text(encoding="utf-8") for path in (base, *sorted(others)))


def apply() -> None:
    """Put the stylesheets into the page; they take no room."""
    st.html(f"<style>{_css()}</style>")
