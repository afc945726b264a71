"""Several characters on the canvas: each is judged for itself, and the one that was drawn last is shown."""

from collections.abc import Sequence

from core.detection.judgement import Judgement
from core.ui.canvas.drawing import Drawing
from core.ui.shared.language import _
from core.views.numbers import score_text
from core.views.signs import sign


def last_first(drawing: Drawing) -> list[Drawing]:
    """The characters of a drawing that stand apart: the one that was drawn last, then the others in reading order."""
    parts = list(drawing.characters)
    if len(parts) > 1:
        last = next(part for part in parts if drawing.judged[-1] in part.strokes)
        parts.remove(last)
        parts.insert(0, last)
    return parts


def others_told(others: Sequence[Judgement]) -> str:
    """That there are others beside the one that is shown, and what is said of each, as HTML; "" where none are."""
    if not others:
        return ""
    verdicts = ", ".join(map(_verdict, others))
    told = _("{n} characters stand apart, each judged for itself; shown is the last one drawn. The others: {verdicts}.")
    return told.format(n=len(others) + 1, verdicts=verdicts)


def _verdict(judged: Judgement) -> str:
    mark = sign(judged.anomalous, _)
    score = score_text(judged.score, judged.threshold)
    return f'<span class="kg-{mark.kind}">{mark.html} {mark.word}</span> {score}'
