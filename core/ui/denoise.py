"""Noise on a page: the same digits noisy and cleaned, in rows; figures; and passes that start from pure noise."""

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
from core.ui.shared.address import choose, switch
from core.ui.shared.errors import errors_shown
from core.ui.shared.language import _
from core.ui.shared.style import palette
from core.ui.shared.titles import amount_title, experiment_title, noise_title
from core.views.charts import quality_lines
from core.views.mosaics import mosaic
from core.views.numbers import decibels, signed
from core.views.signs import sign
from core.views.tiles import image_row, tile

# Digits in a row; on a phone only the first ones have room.
SHOWN = 7
# Images that start as pure noise, how often they pass, and who judges what they became.
STARTS, PASSES, JUDGE = 8, 8, "kagami-all"


def choose_noise() -> tuple[str, float, int]:
    """Kind, amount and seed of the noise, each in the address."""
    with st.container(key="noise_choices", horizontal=True, vertical_alignment="bottom"):
        kind = switch(_("Noise"), {name: noise_title(name) for name in NOISES}, key="noise")
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
    """Clean images (SHOWN, 784): MNIST's first test images; and whether the first one is the visitor's own instead."""
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
    captions = [_("yours") if own and i == 0 else "" for i in range(len(clean))]
    rows = [image_row(clean, captions, title=_("Clean"), total=_("1,000 test images"))]
    best = max(point.methods, key=lambda method: _psnr(point, method))
    for method, images in found.items():
        title, small = method_title(method, point)
        captions = [_figures(p, s) for p, s in zip(psnr(clean, images), ssim(clean, images), strict=True)]
        total = _figures(_psnr(point, method), point.methods[method].ssim, unit=" dB")
        total = f"<b>{total}</b>" if method == best else total
        rows.append(image_row(images, captions, title=title, small=small, total=total))
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
        "psnr": _("PSNR in dB"),
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
    plain_to, noisy_to = (_ahead(point.kind, method) for method in (PLAIN, "noisy"))
    values = {
        "gain": _gain(point, PLAIN),
        "filtered": _gain(point, "filter"),
        "plain": f"{plain_to or 0:g}",
        "noisy": f"{noisy_to or 0:g}",
    }
    here = _(
        "Against the plain autoencoder the denoising one gains **{gain}** here, against the filter **{filtered}**."
    )
    plain = _("The plain one is ahead up to an amount of {plain}: it returns clean digits more exactly.")
    clean = _("Without any noise the plain one is ahead: it returns clean digits more exactly.")
    alone = _("Up to {noisy} the noisy image itself is nearer than what any network returns.")
    sentences = [here]
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
        if _psnr(point, method) < _psnr(point, DENOISING):
            break
        last = amount
    return last


def _gain(point: Point, method: str) -> str:
    """By how much the denoising autoencoder comes nearer to the clean images than that method."""
    return f"{signed(_psnr(point, DENOISING) - _psnr(point, method), 1, plus=True)} dB"


def noise_passes(*, fresh: bool = True, seed: int = 0) -> tuple[Float, Float]:
    """What goes into each pass of pure noise through the denoising autoencoder, and what comes back: see `passes`."""
    return passes(loaders.bundle(DENOISING).autoencoder, n=STARTS, count=PASSES, fresh=fresh, seed=seed)


def digits_among(images: Float) -> tuple[str, str]:
    """How many of the images (n, 784) Kagami's detector takes for digits, in a sentence, and a mark for each (HTML)."""
    judged = judge(loaders.default_detector(JUDGE), images.reshape(-1, 28, 28))
    signs = [sign(each.anomalous, _) for each in judged]
    marks = "".join(f'<span class="kg-{each.kind}">{each.icon}</span>' for each in signs)
    normal = sum(not each.anomalous for each in judged)
    count = _("Kagami’s detector takes {normal} of {all} for digits (●).").format(normal=normal, all=len(judged))
    return count, marks


@st.fragment  # how it starts and goes on reruns this and nothing else
@errors_shown()
def from_pure_noise() -> None:
    """Passes of pure noise through the denoising autoencoder: what goes in left, what comes back right."""
    titles = {"fresh": _("with new noise, less each time"), "same": _("nothing added")}
    with st.container(key="pass_choices", horizontal=True, vertical_alignment="bottom"):
        fresh = switch(_("Between the passes"), titles, key="between") == "fresh"
        seed = st.number_input(_("Start"), 0, 999, 0, key="start", bind="query-params")
    given, returned = noise_passes(fresh=fresh, seed=int(seed))
    noise = [_("noise {deviation}").format(deviation=f"{sigma:.2f}") for sigma in deviations(PASSES)]
    added = noise if fresh else [noise[0], *[""] * (PASSES - 1)]
    rows = [_pass_row(*row) for row in zip(range(1, PASSES + 1), added, given, returned, strict=True)]
    count, marks = digits_among(returned[-1])
    head = "".join(f'<th scope="col">{escape(word)}</th>' for word in (_("Goes in"), _("Comes back")))
    foot = f'<tr><td></td><td>{escape(count)}</td><td class="kg-marks" aria-hidden="true">{marks}</td></tr>'
    with st.container(key="passes"):
        body = "".join(rows) + foot
        st.html(f'<table class="kg-passes"><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table>')


def _pass_row(number: int, added: str, given: Float, returned: Float) -> str:
    """One pass as a row: images (n, 784) that go in and that come back. added: its noise, as text."""
    name = _("Pass {number}").format(number=number)
    cells = "".join(
        f"<td>{tile(mosaic(images.reshape(-1, 28, 28), columns=STARTS), alt=f'{name}: {word}')}</td>"
        for images, word in ((given, _("goes in")), (returned, _("comes back")))
    )
    return f'<tr><th scope="row">{escape(name)}<small>{escape(added)}</small></th>{cells}</tr>'


def _psnr(point: Point, method: str) -> float:
    """In dB; infinite where nothing differs."""
    value = point.methods[method].psnr
    return float("inf") if value is None else value


def _figures(ratio: float, similarity: float, *, unit: str = "") -> str:
    """PSNR (ratio, in dB) and SSIM side by side."""
    return f"{decibels(ratio)}{unit} · {similarity:.2f}"
