"""What would change the mirror's mind: shown when the visitor asks, because a stroke has no time for it."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.detection.counterfactual import MOST, Change, change_of_mind
from core.detection.detector import Detector
from core.detection.judgement import Judgement
from core.ui.shared.language import _
from core.ui.shared.session import session
from core.ui.shared.verdict import measure
from core.views.numbers import percent, score_and_threshold
from core.views.signs import sign
from core.views.tiles import figure, grey, signed, tile

# How bright ink is that stays, beside ink that is marked.
DIMMED = np.float32(0.4)

Question = tuple[bytes, str, float, float]


@dataclass(kw_only=True)
class _Asked:
    """The verdict that the visitor last asked about, and the answer; `answered` says of which question that is."""

    question: Question | None = None
    answered: Question | None = None
    change: Change | None = None


def change_asked(detector: Detector, judged: Judgement) -> str:
    """The question as a button, "", until the visitor asks it of this anomalous verdict; then the answer as HTML."""
    asked = session(_Asked)
    question = (judged.image.tobytes(), detector.score, judged.score, judged.threshold)
    if asked.question != question:
        st.button(_("What would change its mind?"), key="change_asked", on_click=_ask, args=(question,))
        return ""
    if asked.answered != question:
        asked.answered, asked.change = question, change_of_mind(detector, judged)
    return _told(judged, asked.change, detector.score)


def _ask(question: Question) -> None:
    session(_Asked).question = question


def _told(judged: Judgement, change: Change | None, score: str) -> str:
    if change is None:
        nothing = _(
            "Nothing small would change its mind: no change tried, of up to {share} of the ink, makes it normal."
        )
        return f"<p>{nothing.format(share=percent(MOST, decimals=0))}</p>"
    marked = np.maximum(grey(judged.image * DIMMED)[..., np.newaxis], signed(change.erased - change.added))
    # The hues of ink that the model did not return, and that it added.
    amounts = (("missing", _("ink to erase"), change.erased), ("invented", _("ink to add"), change.added))
    ink = float(judged.image.sum())
    legend = "".join(
        f'<li class="kg-{hue}"><b>{word}</b> {percent(float(amount.sum()) / ink)}</li>'
        for hue, word, amount in amounts
        if amount.any()
    )
    value, threshold = score_and_threshold(change.score, judged.threshold)
    told = _sentence(change).format(what=measure(score), value=f"<b>{value}</b>", threshold=f"<b>{threshold}</b>")
    return (
        figure(tile(marked, alt=_("The drawing, with the ink that would change")), _("The change"))
        + figure(tile(grey(change.image), alt=_("The drawing after the change")), f"{sign(False, _)} {value}")
        + f"<div><p>{told}</p><ul>{legend}</ul></div>"
    )


def _sentence(change: Change) -> str:
    if not change.added.any():
        return _("Without the marked ink it would be normal: {what} {value} is not above the threshold {threshold}.")
    if not change.erased.any():
        return _("With the marked ink it would be normal: {what} {value} is not above the threshold {threshold}.")
    return _(
        "Without the one ink and with the other it would be normal: "
        "{what} {value} is not above the threshold {threshold}."
    )
