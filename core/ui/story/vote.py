"""Predict first: a question with two answers, and a tally of how many were right."""

import streamlit as st

from core.ui.language import _


def vote(key: str, question: str, *, truth: bool) -> bool:
    """Ask whether something will be above the threshold; whether there is an answer yet, which is then told.

    truth: whether it is above.
    """
    votes: dict[str, tuple[bool, bool]] = st.session_state.setdefault("votes", {})
    if key not in votes:
        with st.container(key=f"vote_{key}", horizontal=True, vertical_alignment="center"):
            st.markdown(question)
            for above, label in ((True, _("▲ above")), (False, _("● not above"))):
                st.button(label, key=f"vote_{key}_{above}", on_click=_note, args=(votes, key, above, truth))
        return False
    guess, was = votes[key]
    right = sum(guess == was for guess, was in votes.values())
    told = _("Right.") if guess == was else _("Not so.")
    tally = _("{right} of {n} predictions were right.").format(right=right, n=len(votes))
    st.html(f'<p class="kg-tally" role="status"><b>{told}</b> {tally}</p>')
    return True


def _note(votes: dict[str, tuple[bool, bool]], key: str, guess: bool, truth: bool) -> None:
    votes[key] = guess, truth
