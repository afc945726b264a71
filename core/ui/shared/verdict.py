"""The mirror on a page: what was given left, what comes back right, and the verdict in words."""

import math
from collections.abc import Sequence

import streamlit as st

from core.detection.judgement import Judgement
from core.images.data import UInt8
from core.models.experiments import Experiment
from core.ui.shared.language import _
from core.views.tiles import grey, tile


def verdict_html(judged: Judgement, *, score: str, beside: str = "") -> str:
    """The verdict as HTML: icon, word and sentence, how the score ranks, and whether it is borderline.

    beside: one more line, such as another detector's opinion.
    """
    kind, icon = ("anomalous", "▲") if judged.anomalous else ("normal", "●")
    word, line, *more = verdict_sentences(judged, score=score)
    return (
        f'<div class="kg-verdict kg-{kind}">'
        f'<p><span class="kg-word"><span aria-hidden="true">{icon}</span> {word}</span> {line}</p>'
        f'<p class="kg-rank">{"<br>".join([*more, beside] if beside else more)}</p></div>'
    )


def verdict_sentences(judged: Judgement, *, score: str) -> list[str]:
    """The verdict's word, its sentence, how the score ranks and, where it is so, that it is borderline.

    Score and threshold are bold (<b>).
    """
    value, threshold = (f"<b>{number}</b>" for number in numbers(judged.score, judged.threshold))
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
    word = _("anomalous") if judged.anomalous else _("normal")
    value, threshold = numbers(judged.score, judged.threshold)
    return _("{title} says {word} ({what} {value}, threshold {threshold}).").format(
        title=title, word=f"<b>{word}</b>", what=measure(score), value=value, threshold=threshold
    )


def measure(score: str) -> str:
    """What a score (a name in SCORES) is called in a sentence."""
    return _("the error") if score in ("mae", "mse", "bce") else _("the anomaly score")


def numbers(score: float, threshold: float) -> tuple[str, str]:
    """Both with the same decimals, enough of them that two different numbers never look equal."""
    least = least_decimals(threshold)
    if not math.isfinite(threshold):
        return _signed(score, least), "∞"
    for decimals in range(least, 10):
        pair = _signed(score, decimals), _signed(threshold, decimals)
        if pair[0] != pair[1] or score == threshold:
            return pair
    return pair


def least_decimals(threshold: float) -> int:
    """With how many decimals scores are told beside this threshold, where that is enough to tell them apart."""
    return 2 if abs(threshold) >= 1 else 4


def _signed(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".replace("-", "−")


def percent(share: float) -> str:
    """A share in [0, 1] in per cent; never 100 % for less than all, nor 0 % for more than none."""
    if 0 < share < 1:
        return f"{min(max(100 * share, 0.1), 99.9):.1f} %"
    return f"{100 * share:.0f} %"


def grid(judged: Sequence[Judgement], labels: UInt8, chosen: Experiment, *, score: str) -> None:
    """Originals over reconstructions with their scores; digits that training never saw are marked.

    score: a name in SCORES.
    """
    pairs = []
    for each, label in zip(judged, labels, strict=True):
        mark = _("unseen") if int(label) in chosen.held_out else ""
        kind, icon = ("anomalous", "▲") if each.anomalous else ("normal", "●")
        value = numbers(each.score, each.threshold)[0]
        pairs.append(
            '<figure class="kg-pair">'
            + tile(grey(each.image), alt=_("Original, a {digit}").format(digit=label))
            + tile(grey(each.reconstruction), alt=_("Reconstruction of a {digit}").format(digit=label))
            + f'<figcaption><span class="kg-{kind}"><span aria-hidden="true">{icon}</span> {value}</span>'
            + f'<span class="kg-mark">{mark}</span></figcaption></figure>'
        )
    legend = _("Top: original. Bottom: reconstruction. ● {what} up to the threshold {threshold}, ▲ above it.").format(
        what=measure(score), threshold=numbers(judged[0].score, judged[0].threshold)[1]
    )
    st.html(f'<p class="kg-legend">{legend}</p><div class="kg-grid">{"".join(pairs)}</div>')
