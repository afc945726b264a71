"""Predict first: a question with two answers, and a tally of how many were right."""

from dataclasses import dataclass, field

import streamlit as st

from core.ui.shared.language import _
from core.ui.shared.session import session
from core.ui.story.play import played


@dataclass(frozen=True)
class _Vote:
    """What was answered, what is true, and what it was asked of.

    guess: None where it was revealed without an answer.
    """

    guess: bool | None
    truth: bool
    of: str


@dataclass(kw_only=True)
class _Votes:
    """What was answered to each question that was asked, by the step's name; None where it waits for an answer."""

    by_step: dict[str, _Vote | None] = field(default_factory=dict)


def vote(key: str, question: str, *, truth: bool, of: str) -> bool:
    """Ask whether something will be above the threshold; whether there is an answer yet, which is then told.

    key: the step's name. truth: whether it is above. of: what is shown; only beside what was asked of is the answer
    right or not. On the stage the keys Y and N answer, and the buttons show them.
    """
    votes = session(_Votes).by_step
    given = votes.setdefault(key, None)

    def reveal(to: int) -> None:
        # A press that was made before the answer had come back to the page asks once more, and takes no answer away.
        votes[key] = (votes.get(key) or _Vote(None, truth, of)) if to else None

    played(int(given is not None), 1, reveal, key=f"play_{key}")
    if given is None:
        on_stage = st.query_params.get("present") == "1"
        with st.container(key=f"vote_{key}", horizontal=True, vertical_alignment="center"):
            st.markdown(question)
            for above, label, shortcut in ((True, _("▲ above"), "Y"), (False, _("● not above"), "N")):
                st.button(
                    label,
                    key=f"vote_{key}_{above}",
                    on_click=votes.update,
                    args=({key: _Vote(above, truth, of)},),
                    # In the article several votes stand on one page, and a key could mean any of them.
                    shortcut=shortcut if on_stage else None,
                )
        return False
    told = _("Right.") if given.guess == given.truth else _("Not so.")
    told = f"<b>{told}</b> " if given.of == of and given.guess is not None else ""
    answered = [each for each in votes.values() if each and each.guess is not None]
    if not answered:  # a hall that votes by hand is not counted
        return True
    right = sum(each.guess == each.truth for each in answered)
    tally = _("{right} of {n} predictions were right.").format(right=right, n=len(answered))
    st.html(f'<p class="kg-tally" role="status">{told}{tally}</p>')
    return True


def start_again() -> None:
    """Forget every answer: all can be given again."""
    session(_Votes).by_step.clear()


def awaited(key: str) -> bool:
    """Whether that vote was asked for and is not answered yet."""
    votes = session(_Votes).by_step
    return key in votes and votes[key] is None


def answered(key: str) -> bool:
    """Whether there is an answer to that vote."""
    return session(_Votes).by_step.get(key) is not None
