"""The mirror on a page: what was given left, what comes back right, and the verdict in words."""

from collections.abc import Sequence

from core.detection.judgement import Judgement
from core.detection.scores import RECONSTRUCTION_ERRORS
from core.ui.shared.language import _
from core.views.numbers import percent, score_and_threshold
from core.views.signs import sign


def verdict_html(judged: Judgement, *, score: str, beside: Sequence[str] = ()) -> str:
    """The verdict as HTML: icon, word and sentence, how the score ranks, and whether it is borderline.

    beside: more lines, such as another detector's opinion; empty ones are left out.
    """
    shown = sign(judged.anomalous, _)
    word, line, *more = verdict_sentences(judged, score=score)
    return (
        f'<div class="kg-verdict kg-{shown.kind}">'
        f'<p><span class="kg-word">{shown.html} {word}</span> {line}</p>'
        f'<p class="kg-rank">{"<br>".join([*more, *filter(None, beside)])}</p></div>'
    )


def verdict_sentences(judged: Judgement, *, score: str) -> list[str]:
    """The verdict's word, its sentence, how the score ranks and, where it is so, that it is borderline.

    Score and threshold are bold (<b>).
    """
    value, threshold = (f"<b>{number}</b>" for number in score_and_threshold(judged.score, judged.threshold))
    if judged.anomalous:
        word = _("Anomalous")
        line = _("The mirror does not know it: {what} {value} is above the threshold {threshold}.")
        turns = _("Borderline: normal with half the false alarms.")
    else:
        word = _("Normal")
        line = _("The mirror knows it: {what} {value} is not above the threshold {threshold}.")
        turns = _("Borderline: anomalous with twice the false alarms.")
    line = line.format(what=measure(score), value=value, threshold=threshold)
    if judged.above == 1:
        rank = _("Higher than all normal digits.")
    else:
        rank = _("Higher than {share} of normal digits.").format(share=percent(judged.above))
    return [word, line, rank, *([turns] if judged.borderline else [])]


def no_verdict_html(reason: str) -> str:
    """Why there is no verdict, in the verdict's place."""
    word = _("No verdict")
    return (
        '<div class="kg-verdict kg-none">'
        f'<p><span class="kg-word"><span aria-hidden="true">○</span> {word}</span> {reason}</p></div>'
    )


def opinion(judged: Judgement, *, score: str, title: str) -> str:
    """What another detector says, in one short sentence."""
    word = sign(judged.anomalous, _).word
    value, threshold = score_and_threshold(judged.score, judged.threshold)
    return _("{title} says {word} ({what} {value}, threshold {threshold}).").format(
        title=title, word=f"<b>{word}</b>", what=measure(score), value=value, threshold=threshold
    )


def measure(score: str) -> str:
    """What a score (a name in SCORES) is called in a sentence."""
    return _("the error") if score in RECONSTRUCTION_ERRORS else _("the anomaly score")
