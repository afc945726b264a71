"""The mirror on a page: what was given left, what comes back right, and the verdict in words."""

import math
from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.detection.judgement import Judgement
from core.images.data import Float, Labelled, UInt8
from core.models.experiments import Experiment
from core.ui.language import _
from core.views.tiles import figure, grey, heat, tile

# Of the remembered normals that match best, how many are shown.
SHOWN = 6


def mirror_tiles(judged: Judgement) -> None:
    """Three tiles on one line, in containers `model_input`, `reconstruction` and `error_map`."""
    with st.container(key="model_input"):
        st.html(
            figure(
                tile(grey(judged.image), alt=_("The 28×28 image that the model sees")),
                _("What the model sees"),
            )
        )
    with st.container(key="reconstruction"):
        st.html(
            figure(
                tile(grey(judged.reconstruction), alt=_("The model’s reconstruction of it")),
                _("Reconstruction"),
            )
        )
    with st.container(key="error_map"):
        st.html(
            figure(
                tile(heat(judged.error_map), alt=_("Where the two differ")),
                _("What it cannot return (0–1)"),
                kind="kg-heat",
            )
        )


def drawing_tile(ink: Float) -> None:
    """A drawing that is only shown, in the canvas's place."""
    with st.container(key="drawn"):
        st.html(figure(tile(grey(ink), alt=_("A hand-drawn character")), _("Drawing")))


def blank_tiles() -> None:
    """The same three places with nothing in them, so that the page does not jump."""
    for key, caption in (
        ("model_input", _("What the model sees")),
        ("reconstruction", _("Reconstruction")),
        ("error_map", _("What it cannot return (0–1)")),
    ):
        with st.container(key=key):
            st.html(figure('<div class="kg-tile kg-blank"></div>', caption))


def verdict(judged: Judgement, *, score: str, beside: str = "") -> None:
    """One sentence with the score (a name in SCORES) and the threshold, in a polite live region.

    beside: one more line, such as another detector's opinion.
    """
    value, threshold = (f"<b>{number}</b>" for number in numbers(judged.score, judged.threshold))
    if judged.anomalous:
        kind, icon, word = "anomalous", "▲", _("Anomalous")
        line = _("The mirror does not know it: {what} {value} is above the threshold {threshold}.")
    else:
        kind, icon, word = "normal", "●", _("Normal")
        line = _("The mirror knows it: {what} {value} is not above the threshold {threshold}.")
    line = line.format(what=_measure(score), value=value, threshold=threshold)
    rank = _("Higher than {share} of the normal digits that the model did not learn from.")
    st.html(
        f'<div class="kg-verdict kg-{kind}" role="status" aria-live="polite">'
        f'<p><span class="kg-word"><span aria-hidden="true">{icon}</span> {word}</span> {line}</p>'
        f'<p class="kg-rank">{rank.format(share=_percent(judged.above))}{beside and "<br>" + beside}</p></div>'
    )


def opinion(judged: Judgement, *, score: str, title: str) -> str:
    """What another detector says, in one short sentence."""
    word = _("anomalous") if judged.anomalous else _("normal")
    value, threshold = numbers(judged.score, judged.threshold)
    return _("{title} says {word} ({what} {value}, threshold {threshold}).").format(
        title=title, word=f"<b>{word}</b>", what=_measure(score), value=value, threshold=threshold
    )


def closest_normals(judged: Judgement, remembered: Labelled) -> None:
    """The remembered normal digits that match best, in the container `closest`."""
    shown = judged.closest[:SHOWN]
    pairs = [
        figure(
            tile(grey(remembered.x[i] / np.float32(255)), alt=_("A remembered {digit}").format(digit=remembered.y[i])),
            str(remembered.y[i]),
        )
        for i in shown
    ]
    title = _("The closest normal digits that it remembers")
    with st.container(key="closest"):
        st.html(f'<p class="kg-legend">{title}</p><div class="kg-closest">{"".join(pairs)}</div>')


def _measure(score: str) -> str:
    return _("the error") if score in ("mae", "mse", "bce") else _("the anomaly score")


def no_verdict(reason: str) -> None:
    """Why there is no verdict, in the verdict's place."""
    word = _("No verdict")
    st.html(
        '<div class="kg-verdict kg-none" role="status" aria-live="polite">'
        f'<p><span class="kg-word"><span aria-hidden="true">○</span> {word}</span> {reason}</p></div>'
    )


def numbers(score: float, threshold: float) -> tuple[str, str]:
    """Both with the same decimals, enough of them that two different numbers never look equal."""
    least = 2 if abs(threshold) >= 1 else 4
    if not math.isfinite(threshold):
        return f"{score:.{least}f}", "∞"
    for decimals in range(least, 10):
        pair = f"{score:.{decimals}f}", f"{threshold:.{decimals}f}"
        if pair[0] != pair[1] or score == threshold:
            return pair
    return pair


def _percent(share: float) -> str:
    # Not "100 %" for a score that some normal digit exceeds, nor "0 %" for one that exceeds some.
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
        what=_measure(score), threshold=numbers(judged[0].score, judged[0].threshold)[1]
    )
    st.html(f'<p class="kg-legend">{legend}</p><div class="kg-grid">{"".join(pairs)}</div>')
