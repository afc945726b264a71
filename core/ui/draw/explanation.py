"""The draw page's row: what the model sees, its network and what comes back; the verdict on its meter; and why.

While a stroke is being drawn, the browser writes into the same places (`core/ui/canvas/live`): the tiles' images, the
units' `--v`, and `.kg-live`, which holds all that it takes to place an error on its bar.
"""

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape

import numpy as np
import streamlit as st

from core.detection.detector import Detector
from core.detection.judgement import Judgement
from core.detection.usual import Usual
from core.images.data import Labelled
from core.images.handwriting import LONGEST, Prepared
from core.models.experiments import Recipe
from core.ui.draw.announce import announce
from core.ui.draw.change import change_asked
from core.ui.shared.language import _
from core.ui.shared.verdict import no_verdict_html, verdict_html, verdict_sentences
from core.views import meter
from core.views.network import funnel, units
from core.views.numbers import least_decimals, percent, score_and_threshold
from core.views.signs import kind
from core.views.tiles import blank, figure, grey, heat, signed, tile

# Of the remembered normals that match best, how many are shown.
SHOWN = 6


def row(judged: Judgement | None, recipe: Recipe, usual: Usual) -> None:
    """Four figures in containers `model_input`, `latent`, `error_map` and `reconstruction`; None leaves them empty."""
    with st.container(key="model_input"):
        picture = tile(grey(judged.image), alt=_("The 28×28 image that the model sees")) if judged else blank()
        st.html(figure(picture, _("What the model sees")))
    with st.container(key="latent"):
        st.html(_network(judged, recipe, usual))
    with st.container(key="error_map"):
        picture = blank()
        if judged:
            picture = tile(heat(judged.error_map / np.float32(usual.error)), alt=_("Where the two differ"))
        legend = f'<span class="kg-heat-scale" aria-hidden="true"><i>0</i><i>{usual.error:.2f}</i></span>'
        st.html(figure(f'<div class="kg-framed">{picture}{legend}</div>', _("What it cannot return")))
    with st.container(key="reconstruction"):
        picture = tile(grey(judged.reconstruction), alt=_("The model’s reconstruction of it")) if judged else blank()
        st.html(figure(picture, _("Reconstruction")))


def _network(judged: Judgement | None, recipe: Recipe, usual: Usual) -> str:
    widths = [784, *recipe.encoder]
    inner = widths[:-1]
    lit = units(usual.lit(judged.latent) if judged else None, usual.low, usual.high, widest=784)
    told = _("The encoder narrows {widths} pixels and units to {latent} latent units; the decoder widens them again.")
    told = told.format(widths=" → ".join(map(str, inner)), latent=widths[-1])
    picture = (
        f'<div class="kg-network" role="img" aria-label="{escape(told)}">'
        f"{funnel(widths, widest=784)}{lit}{funnel(widths[::-1], widest=784)}</div>"
    )
    caption = _("{latent} latent units").format(latent=widths[-1])
    return figure(picture, caption)


def error_bar(error: float | None, detector: Detector, usual: Usual, *, own: bool) -> None:
    """The reconstruction error on its bar, in the container `live`; None leaves the bar without a mark.

    detector: calibrated for that error, one of RECONSTRUCTION_ERRORS, which the browser follows.
    own: whether the verdict goes by it, too.
    """
    scale, _plot = _scene(detector)
    limit = _("threshold {threshold}") if own else _("usual up to {threshold}")
    _value, threshold = score_and_threshold(detector.threshold_ if error is None else error, detector.threshold_)
    value = "–" if error is None else _value
    facts = {
        "score": detector.score,
        "threshold": detector.threshold_
        if math.isfinite(detector.threshold_)
        else "Infinity",  # as JavaScript reads it
        "decimals": least_decimals(detector.threshold_),
        "scale": "log" if scale.logarithmic else "linear",
        "scale-low": scale.low,
        "scale-high": scale.high,
        "error-top": usual.error,  # of the error map's colours
    }
    told = " ".join(f'data-{name}="{fact}"' for name, fact in facts.items())
    what, off = _("Reconstruction error"), "" if error is not None else " kg-off"
    at = 0.0 if error is None else scale.at(error)
    with st.container(key="live"):
        st.html(
            f'<div class="kg-live{off}" {told}><span>{what} <b class="kg-live-value">{value}</b></span>'
            f'<span class="kg-live-bar" aria-hidden="true" style="--limit:{scale.at(detector.threshold_):.4f}">'
            f'<i class="kg-live-mark" style="--at:{at:.4f}"></i></span>'
            f"<span>{limit.format(threshold=threshold)}</span></div>"
        )


def judged_panel(
    judged: Judgement | None, detector: Detector, *, normals: str, reason: str = "", beside: Sequence[str] = ()
) -> None:
    """The verdict in words, read out too, and beside it the error meter, with whose `normals` it shows, in words.

    Without a judgement, the `reason` for that.
    """
    if judged:
        name = kind(judged.anomalous)
        text = verdict_html(judged, score=detector.score, beside=beside)
        said = re.sub("<[^>]*>", "", " ".join(verdict_sentences(judged, score=detector.score)))
    else:
        name, text, said = "none", no_verdict_html(reason), reason
    st.html(f'<div class="kg-judged kg-{name}">{text}{_meter(judged, detector, normals)}</div>')
    announce(said)


def _meter(judged: Judgement | None, detector: Detector, caption: str) -> str:
    scale, plot = _scene(detector)
    # One label says the same as the verdict, to the last decimal.
    score = detector.threshold_ if judged is None else judged.score
    value, threshold = score_and_threshold(score, detector.threshold_)
    labels = []
    if math.isfinite(detector.threshold_):
        label = _("threshold {threshold}").format(threshold=threshold)
        at = scale.at(detector.threshold_)
        labels.append(
            f'<span class="kg-meter-line" style="--at:{at:.4f}"></span>'
            f'<span class="kg-meter-limit" style="--at:{at:.4f}">{label}</span>'
        )
    if judged:
        arrow = "" if scale.holds(score) else "→" if score > scale.high else "←"
        label = " ".join(filter(None, (arrow if arrow == "←" else "", value, arrow if arrow == "→" else "")))
        labels.append(
            f'<span class="kg-meter-mark kg-{kind(judged.anomalous)}" style="--at:{scale.at(score):.4f}">'
            f"<i></i><b>{label}</b></span>"
        )
    key = _("borderline")
    return (
        f'<figure class="kg-meter" aria-hidden="true"><div class="kg-meter-plot">{plot}{"".join(labels)}</div>'
        f'<figcaption>{escape(caption)}<span class="kg-meter-key">{key}</span></figcaption></figure>'
    )


@lru_cache(maxsize=64)
def _scene(detector: Detector) -> tuple[meter.Scale, str]:
    """What of the meter depends on the detector alone: its scale, and the normals' area with the borderline band."""
    scores, threshold = detector.calibration_scores_, detector.threshold_
    scale = meter.Scale.of(scores, threshold)
    split = scale.at(threshold) if math.isfinite(threshold) else None
    low, high = (scale.at(edge) for edge in detector.borderline_)
    band = f'<span class="kg-meter-band" style="--from:{low:.4f};--to:{high:.4f}"></span>' if high > low else ""
    return scale, meter.area(meter.density(scores, scale), split=split) + band


def why(prepared: Prepared, judged: Judgement, detector: Detector, usual: Usual, remembered: Labelled | None) -> None:
    """How the stroke became 28×28, what is missing and what was invented, and the closest remembered normals.

    Below, for those who ask, what would turn an anomalous verdict of this detector.
    """
    parts = [_steps(prepared), _difference(judged, usual)]
    if remembered is not None and len(judged.closest):
        parts.append(_closest(judged, remembered))
    with st.container(key="why"):
        st.html(f'<div class="kg-why">{"".join(parts)}</div>')
        if judged.anomalous and (change := change_asked(detector, judged)):
            st.html(f'<div class="kg-why">{_part("mind", _("What would change its mind?"), change)}</div>')


def _part(name: str, title: str, body: str) -> str:
    return f'<section class="kg-{name}"><h2 class="kg-legend">{title}</h2><div class="kg-strip">{body}</div></section>'


def _steps(prepared: Prepared) -> str:
    height, width = prepared.ink.shape
    top, left, bottom, right = prepared.box
    # Enough of the drawing for a small tile.
    step = max(1, max(height, width) // 136)
    box = (
        f"left:{100 * left / width:.1f}%;top:{100 * top / height:.1f}%;"
        f"width:{100 * (right - left) / width:.1f}%;height:{100 * (bottom - top) / height:.1f}%"
    )
    drawn = tile(grey(prepared.ink[::step, ::step]), alt=_("The drawing, with a frame around its ink"))
    step = max(1, max(prepared.crop.shape) // 136)
    pen = _("scaled to {pixels} pixels")
    if abs(prepared.pen_found - prepared.pen_applied) > 0.05:
        pen = _("scaled to {pixels} pixels, pen made usual")
    return _part(
        "steps",
        _("From your stroke to 28×28"),
        figure(f'<div class="kg-framed">{drawn}<i style="{box}"></i></div>', _("found"))
        + figure(tile(grey(prepared.crop[::step, ::step]), alt=_("The ink alone")), _("cropped"))
        + figure(tile(grey(prepared.scaled), alt=_("The ink at its final size")), pen.format(pixels=LONGEST))
        + figure(tile(grey(prepared.image), alt=_("The ink in the middle of 28×28")), _("centred by weight")),
    )


def _difference(judged: Judgement, usual: Usual) -> str:
    missing = judged.image - judged.reconstruction
    ink = max(float(judged.image.sum()), 1e-6)
    rows = (
        ("missing", _("missing ink"), _("drawn, but not returned"), np.maximum(missing, 0)),
        ("invented", _("invented ink"), _("returned, but not drawn"), np.maximum(-missing, 0)),
    )
    legend = "".join(
        f'<li class="kg-{name}"><b>{word}</b> {percent(min(float(amount.sum()) / ink, 1.0))}<br>{meaning}</li>'
        for name, word, meaning, amount in rows
    )
    brightest = _("brightest: off by {top} or more").format(top=f"{usual.error:.2f}")
    picture = tile(signed(missing / np.float32(usual.error)), alt=_("Ink that is missing, and ink that was invented"))
    return _part("signed", _("What differs"), f"{picture}<ul>{legend}<li>{brightest}</li></ul>")


def _closest(judged: Judgement, remembered: Labelled) -> str:
    pairs = [
        figure(
            tile(grey(remembered.x[i] / np.float32(255)), alt=_("A remembered {digit}").format(digit=remembered.y[i])),
            str(remembered.y[i]),
        )
        for i in judged.closest[:SHOWN]
    ]
    return _part("closest", _("The closest normal digits that it remembers"), "".join(pairs))
