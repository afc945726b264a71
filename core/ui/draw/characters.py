"""Characters at hand: one line of presets, and a surprise. They are the keyboard's way in."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.errors import KagamiError
from core.images.look_alikes import look_alike
from core.images.strokes import GROUPS, characters
from core.ui.canvas.drawing import Drawing
from core.ui.canvas.session import sends_now, show, show_error, shown
from core.ui.canvas.widget import FIRST
from core.ui.shared import loaders
from core.ui.shared.language import _
from core.ui.shared.session import session


@dataclass(kw_only=True)
class _Group:
    """The group whose characters are shown."""

    shown: str = GROUPS[0]


def preset_characters() -> None:
    """Groups, the characters of the chosen one, and a surprise; choosing one draws it."""
    state, now = st.session_state, shown()
    name: str | None = now.character if now else FIRST
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
        session(_Group).shown = str(group)
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
        elif now and now.character and (digit := look_alike(now.character)) is not None:
            told = _("To anyone who only knows digits, {letter} is a {digit}.").format(
                letter=now.character, digit=digit
            )
            st.html(f'<span class="kg-legend">{told}</span>')


def _choose_group() -> None:
    if sends_now():
        st.session_state["group"] = session(_Group).shown


def _choose() -> None:
    if sends_now():
        return
    # Choosing the chosen one deselects it; it is meant once more.
    now = shown()
    name = st.session_state["character"] or (now.character if now else FIRST)
    show(Drawing.of_character(name), replayed=True)


def _surprise() -> None:
    """Either one of MNIST's test digits, or a character that is no digit; never what is shown now."""
    rng, now = np.random.default_rng(), shown()
    if rng.random() < 0.5:
        try:
            show(Drawing.of_digit(int(rng.integers(len(loaders.test_images().x)))), replayed=True)
        except KagamiError as error:
            show_error(error)
        return
    others = [each for each in characters().values() if each.strokes and each.group != "digits"]
    others = [each for each in others if not now or each.name != now.character]
    chosen = others[rng.integers(len(others))]
    st.session_state["group"] = chosen.group
    show(Drawing.of_character(chosen.name), replayed=True)


def _group_title(group: str) -> str:
    return {"digits": "0–9", "latin": "A–Z", "kana": "かな", "symbols": "☆?"}[group]
