"""Choices that stand in the address, so that every view can be linked and comes back after a reload.

Streamlit's own `bind="query-params"` writes the text that the reader sees; a link would then hold only in one
language. Here an option stands in the address under its own name, in the same way for every language.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st


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
    """Show a widget for one of `options` (st.selectbox, st.segmented_control) and return what is chosen.

    key: of the widget, and the name of the parameter in the address, where only what is not `default` stands.
    title: an option in the reader's language.
    """
    state = st.session_state
    asked = st.query_params.get(key)
    first = key not in state
    # Where the default changes, as from one recipe's score to another's or from page to page, the choice goes with it,
    # and comes back with it.
    chosen_before = state.setdefault(f"{key}_chosen", {})
    if first or state[key] not in options or state.get(f"{key}_default") != default:
        remembered = chosen_before.get(default, default)
        state[key] = asked if first and asked in options else remembered if remembered in options else default
        state[_unknown(key)] = asked if first and asked not in options else None
    state[f"{key}_default"] = default
    # In another language the options have other titles; the widget goes on showing the old one until it is set.
    title_now, titles = title(state[key]), state.setdefault(f"{key}_titles", {})
    if titles.get(state[key], title_now) != title_now:
        state[key] = state[key]
    titles[state[key]] = title_now
    chosen = str(
        widget(
            label,
            options,
            key=key,
            format_func=title,
            persist_state="session",
            on_change=lambda: state.pop(_unknown(key), None),
            **settings,
        )
    )
    chosen_before[default] = chosen
    wanted = None if chosen == default else chosen
    if wanted is None:
        st.query_params.pop(key, None)
    elif asked != wanted:
        st.query_params[key] = wanted
    return chosen


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


def forget(key: str, option: str) -> None:
    """Take `option` back wherever it was chosen under `key`: it no longer means what it did."""
    state = st.session_state
    remembered = state.get(f"{key}_chosen", {})
    for default in [default for default, chosen in remembered.items() if chosen == option]:
        del remembered[default]
    if state.get(key) == option:
        state[key] = state[f"{key}_default"]


def unknown(key: str) -> str | None:
    """What the address asked for under `key` and is no option, until the reader chooses."""
    found = st.session_state.get(_unknown(key))
    return None if found is None else str(found)


def _unknown(key: str) -> str:
    return f"{key}_unknown"
