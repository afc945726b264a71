"""The mirror on a page: what was given left, what comes back right, and the verdict in words."""

import math
from collections.abc import Sequence

import streamlit as st

from core.detection.judgement import Judgement
from core.images.data import Float, UInt8
from core.models.experiments import Experiment
from core.ui.language import _
from core.views.tiles import figure, grey, heat, tile


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
                _("Error, 0 to 1"),
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
        ("error_map", _("Error, 0 to 1")),
    ):
        with st.container(key=key):
            st.html(figure('<div class="kg-tile kg-blank"></div>', caption))


def verdict(judged: Judgement) -> None:
    """One sentence with error and threshold, in a polite live region."""
    score, threshold = numbers(judged.score, judged.threshold)
    above = _percent(judged.above)
    if judged.anomalous:
        kind, icon, word = "anomalous", "▲", _("Anomalous")
        text = _("the mirror cannot return it: its error {score} is above the threshold {threshold}.")
    else:
        kind, icon, word = "normal", "●", _("Normal")
        text = _("the mirror returns it: its error {score} is not above the threshold {threshold}.")
    line = text.format(score=f"<b>{score}</b>", threshold=f"<b>{threshold}</b>")
    rank = _("Higher than {share} of the normal digits that the model did not learn from.").format(share=above)
    st.html(
        f'<div class="kg-verdict kg-{kind}" role="status" aria-live="polite">'
        f'<span class="kg-word"><span aria-hidden="true">{icon}</span> {word}</span>'
        f'<span class="kg-line">{line}</span><span class="kg-rank">{rank}</span></div>'
    )


def no_verdict(reason: str) -> None:
    """Why there is no verdict, in the verdict's place."""
    st.html(
        '<div class="kg-verdict kg-none" role="status" aria-live="polite">'
        f'<span class="kg-word"><span aria-hidden="true">○</span> {_("No verdict")}</span>'
        f'<span class="kg-line">{reason}</span></div>'
    )


def numbers(score: float, threshold: float) -> tuple[str, str]:
    """Both with the same decimals, enough of them that two different numbers never look equal."""
    if not math.isfinite(threshold):
        return f"{score:.4f}", "∞"
    for decimals in range(4, 10):
        pair = f"{score:.{decimals}f}", f"{threshold:.{decimals}f}"
        if pair[0] != pair[1] or score == threshold:
            return pair
    return pair


def _percent(share: float) -> str:
    # Not "100 %" for a score that some normal digit exceeds, nor "0 %" for one that exceeds some.
    if 0 < share < 1:
        return f"{min(max(100 * share, 0.1), 99.9):.1f} %"
    return f"{100 * share:.0f} %"


def grid(judged: Sequence[Judgement], labels: UInt8, chosen: Experiment) -> None:
    """Originals over reconstructions with their errors; digits that training never saw are marked."""
    pairs = []
    for each, label in zip(judged, labels, strict=True):
        unseen = int(label) in chosen.held_out
        kind, icon = ("anomalous", "▲") if each.anomalous else ("normal", "●")
        pairs.append(
            f'<figure class="kg-pair{" kg-unseen" if unseen else ""}">'
            + tile(grey(each.image), alt=_("Original, a {digit}").format(digit=label))
            + tile(grey(each.reconstruction), alt=_("Reconstruction of a {digit}").format(digit=label))
            + f'<figcaption><span class="kg-{kind}"><span aria-hidden="true">{icon}</span> {each.score:.4f}</span>'
            + f'<span class="kg-mark">{_("unseen") if unseen else ""}</span></figcaption></figure>'
        )
    legend = _("Top: original. Bottom: reconstruction. ● error up to the threshold {threshold}, ▲ above it.")
    threshold = numbers(0.0, judged[0].threshold)[1]
    st.html(f'<p class="kg-legend">{legend.format(threshold=threshold)}</p><div class="kg-grid">{"".join(pairs)}</div>')
