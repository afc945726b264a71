"""What Kagami remembers of a visitor: one small dataclass a subject, which its owner alone reads and replaces.

The keys of widgets belong to Streamlit, and to the module that shows the widget.
"""

from typing import TypeVar

import streamlit as st

T = TypeVar("T")


def session(kind: type[T]) -> T:
    """The visitor's value of that kind; a new one, `kind()`, where there is none yet."""
    found: T = st.session_state.setdefault(f"kagami_{kind.__name__}", kind())
    return found
