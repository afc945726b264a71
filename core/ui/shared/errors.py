"""Known errors on a page."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.errors import KagamiError
from core.ui.shared.language import sentence


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show a KagamiError as a sentence in the reader's language, in place of what it kept from being shown.

    To be used by `with`, or on a function: a fragment, which also runs alone, shows its errors itself.
    """
    try:
        yield
    except KagamiError as error:
        st.error(sentence(error))
