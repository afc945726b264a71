"""Files and pictures from the visitor, asked for in the reader's language: Streamlit's own words are English only."""

from collections.abc import Mapping

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.ui.shared.language import _


def one_file(label: str, kind: str, *, key: str, megabytes: int) -> UploadedFile | None:
    """A file of that kind ("zip"; "" for any, whose content decides), at most so large."""
    say_instead(
        {
            f'.st-key-{key} [data-testid="stFileUploaderDropzone"] button p': _("Choose a file"),
            f'.st-key-{key} [data-testid="stFileUploaderDropzoneInstructions"] span': _(
                "or drop it here: {kind}, up to {size} MB"
            ).format(kind=kind.upper() or _("any kind"), size=megabytes),
        }
    )
    return st.file_uploader(label, kind or None, max_upload_size=megabytes, key=key)


def say_instead(words: Mapping[str, str]) -> None:
    """Show these words where Streamlit has its own; words: by selector."""
    rules = "".join(
        f'{where}{{font-size:0}}{where}::after{{content:"{word}";font-size:0.9375rem;white-space:normal}}'
        for where, word in words.items()
    )
    st.html(f"<style>{rules}</style>")
