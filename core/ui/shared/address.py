"""Choices that stand in the address, so that every view can be linked and comes back after a reload.

Streamlit's own `bind="query-params"` writes the text that the reader sees; a link would then hold only in one
language. Here an option stands in the address under its own name, in the same way for every language.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core.ui.shared.session import session


@dataclass(kw_only=True)
class _Choice:
    """What is known of one choice besides what its widget shows.

    default: of the last run. before: what was chosen last, by the default that held then. titles: as last shown.
    wanted: what the next run shall show. unknown: what the address asked for and is no option.
    """

    default: str | None = None
    before: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    wanted: str | None = None
    unknown: str | None = None


@dataclass(kw_only=True)
class _Choices:
    """Every choice that was shown so far, by its key."""

    by_key: dict[str, _Choice] = field(default_factory=dict)


def _choice(key: str) -> _Choice:
    return session(_Choices).by_key.setdefault(key, _Choice())


def choose(
    widget: Callable[..., Any],
    label: str,
    options: Sequence[str],
    *,
    key: str,
    default: str,
    title: Callable[[str], str],
    **settings: Any,
) -> str:
    """Show a widget for one of `options` (st.selectbox, st.select_slider) and return what is chosen.

    key: of the widget, and the name of the parameter in the address, where only what is not `default` stands.
    title: an option in the reader's language.
    """
    state, choice = st.session_state, _choice(key)
    asked = st.query_params.get(key)
    first = key not in state
    # Where the default changes, as from one recipe's score to another's or from page to page, the choice goes with it,
    # and comes back with it.
    if first or state[key] not in options or choice.default != default:
        remembered = choice.before.get(default, default)
        state[key] = asked if first and asked in options else remembered if remembered in options else default
        choice.unknown = asked if first and asked not in options else None
    # Only here, right before the widget: a run of the page that is interrupted before would lose it.
    if choice.wanted in options:
        state[key] = choice.wanted
    choice.wanted, choice.default = None, default
    # In another language the options have other titles; the widget goes on showing the old one until it is set.
    title_now = title(state[key])
    if choice.titles.get(state[key], title_now) != title_now:
        state[key] = state[key]
    choice.titles[state[key]] = title_now
    chosen = str(
        widget(
            label,
            options,
            key=key,
            format_func=title,
            persist_state="session",
            on_change=lambda: setattr(choice, "unknown", None),
            **settings,
        )
    )
    choice.before[default] = chosen
    wanted = None if chosen == default else chosen
    if wanted is None:
        st.query_params.pop(key, None)
    elif asked != wanted:
        st.query_params[key] = wanted
    return chosen


def switch(
    label: str,
    titles: Mapping[str, str],
    *,
    key: str,
    default: str | None = None,
    hidden: bool = False,
    **settings: Any,
) -> str:
    """Show the options side by side, one of them chosen; what is chosen stands in the address as by :func:`choose`.

    titles: by option, in the reader's language and in display order. default: the first option unless it is named.
    hidden: whether the label is only read out.
    """
    return choose(
        st.segmented_control,
        label,
        list(titles),
        key=key,
        default=next(iter(titles)) if default is None else default,
        title=titles.__getitem__,
        required=True,
        label_visibility="collapsed" if hidden else "visible",
        **settings,
    )


def choose_number(label: str, *, key: str, start: float, step: float, format: str) -> float:
    """Show a number to set, which always stands in the address under `key`; `start` where that says nothing usable.

    Streamlit's own binding would leave out a number that is set before its widget is first shown.
    """
    state = st.session_state
    if key not in state:
        state[key] = _finite(st.query_params.get(key), otherwise=start)
    chosen = float(st.number_input(label, step=step, format=format, key=key, persist_state="session"))
    if st.query_params.get(key) != str(chosen):
        st.query_params[key] = str(chosen)
    return chosen


def _finite(text: str | None, *, otherwise: float) -> float:
    try:
        number = float(text) if text else otherwise
    except ValueError:
        return otherwise
    return number if math.isfinite(number) else otherwise


def chosen(key: str) -> str | None:
    """What is chosen under `key`; None before that choice was first shown."""
    found = st.session_state.get(key)
    return None if found is None else str(found)


def choose_next(key: str, option: str) -> None:
    """Let the choice under `key` show `option` when it is next shown, where that is one of its options."""
    _choice(key).wanted = option


def reset(key: str) -> None:
    """Let the address, or else the default, decide again what is chosen under `key`."""
    st.session_state.pop(key, None)
    st.query_params.pop(key, None)


def forget(key: str, option: str) -> None:
    """Take `option` back wherever it was chosen under `key`: it no longer means what it did."""
    state, choice = st.session_state, _choice(key)
    choice.before = {default: chosen for default, chosen in choice.before.items() if chosen != option}
    if state.get(key) == option:
        state[key] = choice.default


def unknown(key: str) -> str | None:
    """What the address asked for under `key` and is no option, until the reader chooses."""
    return _choice(key).unknown
