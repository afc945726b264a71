"""Predict first: a question with two answers, and a tally of how many were right."""

import streamlit as st

from core.ui.language import _


def vote(key: str, question: str, *, truth: bool) -> bool:
    """Ask whether something will be above the threshold; whether there is an answer yet, which is then told.

    truth: whether it is above. On the stage the keys Y and N answer, and the buttons show them.
    """
    votes: dict[str, tuple[bool, bool]] = st.session_state.setdefault("votes", {})
    if key not in votes:
        on_stage = st.query_params.get("present") == "1"
        with st.container(key=f"vote_{key}", horizontal=True, vertical_alignment="center"):
            st.markdown(question)
            for above, label, shortcut in ((True, _("▲ above"), "Y"), (False, _("● not above"), "N")):
                st.button(
                    label,
                    key=f"vote_{key}_{above}",
                    on_click=_note,
                    args=(votes, key, above, truth),
                    # In the article several votes stand on one page, and a key could mean any of them.
                    shortcut=shortcut if on_stage else None,
                )
        return False
    guess, was = votes[key]
    right = sum(guess == was for guess, was in votes.values())
    told = _("Right.") if guess == was else _("Not so.")
    tally = _("{right} of {n} predictions were right.").format(right=right, n=len(votes))
    st.html(f'<p class="kg-tally" role="status"><b>{told}</b> {tally}</p>')
    return True


def _note(votes: dict[str, tuple[bool, bool]], key: str, guess: bool, truth: bool) -> None:
    votes[key] = guess, truth
