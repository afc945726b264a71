"""Several judged images as one line of choices: what was given left, what came back right, verdict and score below."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.detection.judgement import Judgement
from core.ui.shared.language import _
from core.views.numbers import score_text
from core.views.tiles import data_url, grey


def gallery(
    label: str, judged: Mapping[str, Judgement], *, key: str, several: bool = False, **settings: Any
) -> list[str]:
    """Show judgements by name, in their order, to choose one of them or several; the names that are chosen.

    A choice goes where its image goes: a name that is no longer there is not chosen.
    """
    state = st.session_state
    if key in state:
        state[key] = _still(state[key], judged)
    chosen = st.pills(
        label,
        list(judged),
        key=key,
        format_func=lambda name: _label(name, judged[name]),
        selection_mode="multi" if several else "single",
        **settings,
    )
    if chosen is None:
        return []
    return list(chosen) if isinstance(chosen, list) else [chosen]


def mark(judged: Judgement) -> str:
    """Icon and word of a verdict."""
    return "▲ " + _("anomalous") if judged.anomalous else "● " + _("normal")


def _label(name: str, judged: Judgement) -> str:
    given = _("{name}: drawing").format(name=_plain(name))
    returned = _("{name}: reconstruction").format(name=_plain(name))
    pair = f"![{given}]({data_url(grey(judged.image))})![{returned}]({data_url(grey(judged.reconstruction))})"
    return f"{pair}  \n{mark(judged)} {score_text(judged.score, judged.threshold)}"


def _plain(name: str) -> str:
    """A name, as of a file, without what Markdown would read into it."""
    return "".join(letter if letter.isalnum() or letter in " .-_" else "_" for letter in name)


def _still(chosen: Any, judged: Mapping[str, Judgement]) -> Any:
    if isinstance(chosen, list):
        return [name for name in chosen if name in judged]
    return chosen if chosen in judged else None
