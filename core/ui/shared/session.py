"""What Kagami remembers of a visitor: one small dataclass a subject, which its owner alone reads and replaces.

The keys of widgets belong to Streamlit, and to the module that shows the widget.
"""

from typing import TypeVar

import streamlit as st

T = TypeVar("T")


def session(kind: type[T]) -> T:
    """The visitor's value of that kind; a new one, `kind()`, where there is none yet."""
    key = session_key(kind)
    if key not in st.session_state:
        st.session_state[key] = kind()
    found: T = st.session_state[key]
    return found


def session_key(kind: type[object]) -> str:
    """Under which key that kind of value stands in the visitor's session."""
    return f"{kind.__module__}.{kind.__qualname__}"
