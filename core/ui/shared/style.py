"""The stylesheets: `base.css` for every page, and one file for each thing that has a look of its own."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import streamlit as st


@cache
def _css() -> str:
    base, *others = sorted((Path(__file__).parent / "styles").glob("*.css"), key=lambda path: path.stem != "base")
    return "\n".join(path.read_text(encoding="utf-8") for path in (base, *sorted(others)))


@cache
def _palettes() -> Mapping[str, Mapping[str, str]]:
    """The colours that base.css names, by theme: `--kg-normal: light-dark(#006b66, #4fd0c4)` and the like."""
    found = re.findall(r"--kg-(\w+): light-dark\((#\w+), (#\w+)\)", _css())
    return {
        "light": {name: light for name, light, _dark in found},
        "dark": {name: dark for name, _light, dark in found},
    }


def palette() -> Mapping[str, str]:
    """`normal`, `anomalous`, `quiet`, `line` and `panel` of the reader's theme, for charts, which know no variables."""
    return _palettes()[st.context.theme.type or "light"]


def apply() -> None:
    """Put the stylesheets into the page; they take no room."""
    st.html(f"<style>{_css()}</style>")
