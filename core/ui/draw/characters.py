"""Characters at hand: one line of presets, and a surprise. They are the keyboard's way in."""

import numpy as np
import streamlit as st

from core.errors import KagamiError
from core.images.strokes import GROUPS, characters
from core.ui.canvas import drawing
from core.ui.canvas.widget import FIRST
from core.ui.shared import loaders
from core.ui.shared.language import _


def preset_characters() -> None:
    """Groups, the characters of the chosen one, and a surprise; choosing one draws it."""
    state = st.session_state
    now = drawing.shown()
    name = now.character if now else FIRST
    if "group" not in state:
        state["group"] = characters()[name or FIRST].group
    with st.container(key="characters", horizontal=True, vertical_alignment="center"):
        group = st.segmented_control(
            _("Characters at hand"),
            GROUPS,
            key="group",
            on_change=_choose_group,
            required=True,
            format_func=_group_title,
            persist_state="session",
            label_visibility="collapsed",
        )
        state["group_shown"] = group
        options = [each.name for each in characters().values() if each.group == group]
        state["character"] = name if name in options else None
        titles = {"scribble": _("scribble"), "blank": _("blank")}  # once, not for each option
        st.pills(
            _("Pick a character"),
            options,
            key="character",
            format_func=lambda each: titles.get(each, each),
            on_change=_choose,
            label_visibility="collapsed",
        )
        st.button(_("Surprise me"), key="surprise", on_click=_surprise)
        if now and now.digit is not None:
            told = _("Test image {place}: a {digit}").format(place=now.digit, digit=loaders.test_images().y[now.digit])
            st.html(f'<span class="kg-legend">{told}</span>')


def _only_sent_along() -> bool:
    """Whether the canvas spoke: it sends all choices with what it says, as the browser still has them.

    Right after Clear that can be the character that Clear took back, and after a surprise the group that was left.
    """
    return drawing.said() != st.session_state.get("heard")


def _choose_group() -> None:
    if _only_sent_along():
        st.session_state["group"] = st.session_state["group_shown"]


def _choose() -> None:
    if _only_sent_along():
        return
    # Choosing the chosen one deselects it; it is meant once more.
    now = drawing.shown()
    name = st.session_state["character"] or (now.character if now else FIRST)
    drawing.show(drawing.of_character(name), replayed=True)


def _surprise() -> None:
    """Either one of MNIST's test digits, or a character that is no digit; never what is shown now."""
    rng, now = np.random.default_rng(), drawing.shown()
    if rng.random() < 0.5:
        try:
            drawing.show(drawing.of_digit(int(rng.integers(len(loaders.test_images().x)))), replayed=True)
        except KagamiError as error:
            drawing.tell(error)
        return
    others = [each for each in characters().values() if each.strokes and each.group != "digits"]
    others = [each for each in others if not now or each.name != now.character]
    chosen = others[rng.integers(len(others))]
    st.session_state["group"] = chosen.group
    drawing.show(drawing.of_character(chosen.name), replayed=True)


def _group_title(group: str) -> str:
    return {"digits": "0–9", "latin": "A–Z", "kana": "かな", "symbols": "☆?"}[group]
