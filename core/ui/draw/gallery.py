"""Several judged images as one line of choices: what was given left, what came back right, verdict and score below."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.detection.judgement import Judgement
from core.ui.shared.language import _
from core.views.numbers import score_text
from core.views.signs import sign
from core.views.tiles import data_url, grey


def gallery(
    label: str, judged: Mapping[str, Judgement], *, key: str, several: bool = False, **settings: Any
) -> list[str]:
    """Show judgements by name, in their order, to choose one of them or several; the names that are chosen.

    A choice goes where its image goes: a name that is no longer there is not chosen.
    """
    if key in st.session_state:
        found = selected_in(key, judged)
        st.session_state[key] = found if several else next(iter(found), None)
    chosen = st.pills(
        label,
        list(judged),
        key=key,
        format_func=lambda name: _label(name, judged[name]),
        selection_mode="multi" if several else "single",
        **settings,
    )
    return _names(chosen)


def selected_in(key: str, judged: Mapping[str, Judgement]) -> list[str]:
    """Which of the judgements are selected in the gallery of that key, before it is shown in this run."""
    return [name for name in _names(st.session_state.get(key)) if name in judged]


def _names(selection: list[str] | str | None) -> list[str]:
    return [selection] if isinstance(selection, str) else list(selection or ())


def _label(name: str, judged: Judgement) -> str:
    given = _("{name}: drawing").format(name=_plain(name))
    returned = _("{name}: reconstruction").format(name=_plain(name))
    pair = f"![{given}]({data_url(grey(judged.image))})![{returned}]({data_url(grey(judged.reconstruction))})"
    return f"{pair}  \n{sign(judged.anomalous, _)} {score_text(judged.score, judged.threshold)}"


def _plain(name: str) -> str:
    """A name, as of a file, without what Markdown would read into it."""
    return "".join(letter if letter.isalnum() or letter in " .-_" else "_" for letter in name)
