"""Noise on a page: the same digits noisy and cleaned, in rows; figures; and passes that start from pure noise."""

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from core.detection.judgement import judge
from core.errors import KagamiError
from core.images.data import Float, flatten
from core.images.noise import NOISES, add_noise
from core.images.quality import psnr, ssim
from core.models.autoencoder import Autoencoder
from core.models.denoising import DENOISING, PLAIN, Point, amounts, cleaned, deviations, passes, shipped
from core.models.experiments import experiment
from core.ui.canvas.session import shown
from core.ui.shared import loaders
from core.ui.shared.address import choose
from core.ui.shared.language import _
from core.ui.shared.style import palette
from core.ui.shared.titles import amount_title, experiment_title, noise_title
from core.views.charts import quality_lines
from core.views.mosaics import mosaic
from core.views.tiles import grey, image_row, tile

# Digits in a row; on a phone only the first ones have room.
SHOWN = 7
# Images that start as pure noise, how often they pass, and who judges what they became.
STARTS, PASSES, JUDGE = 8, 8, "kagami-all"


def choose_noise() -> tuple[str, float, int]:
    """Kind, amount and seed of the noise, each in the address."""
    with st.container(key="noise_choices", horizontal=True, vertical_alignment="bottom"):
        kind = choose(
            st.segmented_control,
            _("Noise"),
            list(NOISES),
            key="noise",
            default=next(iter(NOISES)),
            title=noise_title,
            required=True,
        )
        amount = choose(
            st.select_slider,
            amount_title(kind),
            [f"{amount:g}" for amount in amounts(kind)],
            key="amount",
            default=f"{NOISES[kind].default:g}",
            title=str,
        )
        seed = st.number_input(_("Seed"), 0, 999, 0, key="seed", bind="query-params", disabled=kind == "blur")
    return kind, float(amount), int(seed)


def given_images() -> tuple[Float, bool]:
    """Clean images (SHOWN, 784): MNIST's first test images; the first one is the visitor's own where there is one."""
    test = flatten(loaders.test_images().x[:SHOWN])
    drawing = shown()
    try:
        own = drawing.prepared.image if drawing else None
    except KagamiError:  # blank, or a dot: nothing to spoil
        own = None
    return (test, False) if own is None else (np.concatenate([own.reshape(1, 784), test[:-1]]), True)


def method_title(method: str, point: Point) -> tuple[str, str]:
    """What a row shows and, smaller, by what, in the reader's language."""
    if method == "filter":
        name = {
            "none": _("leaves the image alone"),
            "median": _("median of {strength}×{strength} pixels"),
            "smooth": _("smoothing, {strength} pixels"),
            "sharpen": _("unsharp mask, strength {strength}"),
        }[point.filter]
        return _("Best classical filter"), name.format(strength=f"{point.strength:g}")
    titles = {"noisy": _("Noisy"), PLAIN: _("Plain autoencoder"), DENOISING: _("Denoising autoencoder")}
    return titles[method], "" if method == "noisy" else experiment_title(experiment(method))


def comparison(point: Point, *, seed: int) -> None:
    """Clean, noisy and cleaned images in rows, each with its PSNR and SSIM, and beside them those of the test set."""
    clean, own = given_images()
    noisy = add_noise(clean, point.kind, point.amount, seed)
    found = cleaned(noisy, autoencoders(), filter_name=point.filter, strength=point.strength)
    heads = [_("yours") if own and i == 0 else "" for i in range(len(clean))]
    rows = [_row(_("Clean"), "", clean, heads, _("1,000 test images"))]
    best = max(point.methods, key=lambda method: _decibels(point, method))
    for method, images in found.items():
        figures = [_figures(p, s) for p, s in zip(psnr(clean, images), ssim(clean, images), strict=True)]
        quality = point.methods[method]
        total = _figures(_decibels(point, method), quality.ssim, unit=" dB")
        total = f"<b>{total}</b>" if method == best else total
        rows.append(_row(*method_title(method, point), images, figures, total))
    legend = _("Under each image: PSNR in dB · SSIM, both against the clean image; higher is nearer.")
    if not own:
        legend += " " + _("What you draw on the page “Draw” comes here, too.")
    st.html(f'<div class="kg-rows">{"".join(rows)}</div><p class="kg-legend">{legend}</p>')


def autoencoders() -> dict[str, Autoencoder]:
    """The two that are compared, by name."""
    return {name: loaders.bundle(name).autoencoder for name in (PLAIN, DENOISING)}


def quality_chart(point: Point) -> None:
    """PSNR over the amount of this noise, for every method, with a line where the reader is."""
    points = [shipped()[point.kind, amount] for amount in amounts(point.kind)]
    methods = (DENOISING, PLAIN, "filter", "noisy")
    titles = {method: method_title(method, point)[0] for method in methods}
    colours = palette()
    words = {
        "amount": amount_title(point.kind),
        "psnr": _("PSNR in dB (higher is nearer)"),
        "method": _("What is shown"),
        "description": _(
            "PSNR over the amount of noise ({noise}): noisy, cleaned by two autoencoders, filtered"
        ).format(noise=noise_title(point.kind)),
    }
    chart = quality_lines(
        amounts=[each.amount for each in points],
        psnr={titles[m]: [each.methods[m].psnr for each in points] for m in titles},
        here=point.amount,
        colours=colours,
        words=words,
    )
    st.altair_chart(chart, key="quality")


def reading(point: Point) -> str:
    """What the figures say of this noise, in a sentence or two."""
    gain = _decibels(point, DENOISING) - _decibels(point, PLAIN)
    filtered = _decibels(point, DENOISING) - _decibels(point, "filter")
    plain_to, noisy_to = (_ahead(point.kind, method) for method in (PLAIN, "noisy"))
    values = {
        "gain": signed_decibels(gain),
        "filtered": signed_decibels(filtered),
        "plain": f"{plain_to or 0:g}",
        "noisy": f"{noisy_to or 0:g}",
    }
    told = _(
        "Against the plain autoencoder the denoising one gains **{gain}** here, against the filter **{filtered}**."
    )
    plain = _("The plain one is ahead up to an amount of {plain}: it returns clean digits more exactly.")
    clean = _("Without any noise the plain one is ahead: it returns clean digits more exactly.")
    alone = _("Up to {noisy} the noisy image itself is nearer than what any network returns.")
    sentences = [told]
    if plain_to is not None:
        sentences.append(plain if plain_to else clean)
    if noisy_to:
        sentences.append(alone)
    return " ".join(sentences).format(**values)


def _ahead(kind: str, method: str) -> float | None:
    """The largest amount up to which that method comes nearer to clean images than the denoising autoencoder."""
    last = None
    for amount in amounts(kind):
        point = shipped()[kind, amount]
        if _decibels(point, method) < _decibels(point, DENOISING):
            break
        last = amount
    return last


def signed_decibels(difference: float) -> str:
    """A difference with its sign; the minus is a minus."""
    return f"{difference:+.1f} dB".replace("-", "−")


def noise_passes(*, fresh: bool = True, seed: int = 0) -> tuple[Float, Float]:
    """What goes into each pass of pure noise through the denoising autoencoder, and what comes back: see `passes`."""
    return passes(loaders.bundle(DENOISING).autoencoder, n=STARTS, count=PASSES, fresh=fresh, seed=seed)


def digits_among(images: Float) -> tuple[str, str]:
    """How many of the images (n, 784) Kagami's detector takes for digits, in a sentence, and a mark for each (HTML)."""
    judged = judge(loaders.default_detector(JUDGE), images.reshape(-1, 28, 28))
    marks = "".join(
        f'<span class="kg-{"anomalous" if each.anomalous else "normal"}">{"▲" if each.anomalous else "●"}</span>'
        for each in judged
    )
    normal = sum(not each.anomalous for each in judged)
    told = _("Kagami’s detector takes {normal} of {all} for digits (●).").format(normal=normal, all=len(judged))
    return told, marks


def from_pure_noise() -> None:
    """Passes of pure noise through the denoising autoencoder: what goes in left, what comes back right."""
    titles = {"fresh": _("with new noise, less each time"), "same": _("nothing added")}
    with st.container(key="pass_choices", horizontal=True, vertical_alignment="bottom"):
        how = choose(
            st.segmented_control,
            _("Between the passes"),
            list(titles),
            key="between",
            default="fresh",
            title=titles.__getitem__,
            required=True,
        )
        start = st.number_input(_("Start"), 0, 999, 0, key="start", bind="query-params")
    given, returned = noise_passes(fresh=how == "fresh", seed=int(start))
    number, deviation = _("Pass {number}"), _("noise {deviation}")
    rows = []
    for i, (before, after, sigma) in enumerate(zip(given, returned, deviations(PASSES), strict=True), start=1):
        name = number.format(number=i)
        added = deviation.format(deviation=f"{sigma:.2f}") if how == "fresh" or i == 1 else ""
        pictures = [
            tile(mosaic(images.reshape(-1, 28, 28), columns=STARTS), alt=f"{name}: {word}")
            for images, word in ((before, _("goes in")), (after, _("comes back")))
        ]
        rows.append(
            f'<tr><th scope="row">{escape(name)}<small>{escape(added)}</small></th>'
            f"<td>{pictures[0]}</td><td>{pictures[1]}</td></tr>"
        )
    verdict, marks = digits_among(returned[-1])
    head = "".join(f'<th scope="col">{escape(word)}</th>' for word in (_("Goes in"), _("Comes back")))
    foot = f'<tr><td></td><td>{escape(verdict)}</td><td class="kg-marks" aria-hidden="true">{marks}</td></tr>'
    with st.container(key="passes"):
        body = "".join(rows) + foot
        st.html(f'<table class="kg-passes"><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table>')


def _decibels(point: Point, method: str) -> float:
    value = point.methods[method].psnr
    return float("inf") if value is None else value


def _figures(decibels: float, similarity: float, *, unit: str = "") -> str:
    shown = "∞" if np.isinf(decibels) else f"{decibels:.1f}"
    return f"{shown}{unit} · {similarity:.2f}"


def _row(title: str, small: str, images: Float, captions: Sequence[str], total: str) -> str:
    tiles = [tile(grey(image.reshape(28, 28)), alt=title) for image in images]
    return image_row(title, small, list(zip(tiles, captions, strict=True)), total=total)
