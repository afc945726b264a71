"""What moves in each step of the talk: one row of LIVE, one function, each in a fragment of its own."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import streamlit as st

from core.detection.judgement import Judgement, judge
from core.detection.thresholds import Threshold
from core.errors import KagamiError
from core.images.data import DIGITS, Float, is_normal
from core.images.noise import add_noise
from core.models.denoising import DENOISING, PLAIN, deviations
from core.story.figures import GRAIN, LETTERS, drawn_letter, passed, ten_digits, with_speck
from core.ui.canvas.widget import canvas_buttons, show_canvas
from core.ui.denoise import PASSES as COUNT
from core.ui.denoise import digits_among, noise_passes
from core.ui.latent.plane import Drawn, plane_map
from core.ui.shared import loaders
from core.ui.shared.address import choose_next, switch
from core.ui.shared.language import _, sentence
from core.ui.shared.titles import noise_title
from core.ui.shared.verdict import no_verdict_html, verdict_html
from core.ui.story.play import played
from core.ui.story.svg import drawn
from core.ui.story.vote import answered, vote
from core.views.network import funnel, units
from core.views.numbers import percent, score_and_threshold
from core.views.plots import curve, hills, scatter
from core.views.signs import sign
from core.views.tiles import blank, figure, grey, strip, tile

PASSES = (1, 2, 3, 5, 10, 20)
# Marks in the scatter: as many of MNIST's test images as can be told apart.
MARKS = 900


def autoencoder() -> None:
    """One digit on its way through the article's network."""
    digit = _digit("flow", default="3")
    bundle, usual = loaders.bundle("article-all"), loaders.usual("article-all")
    image = _ten()[digit : digit + 1]
    answers = bundle.autoencoder.activations(image)
    widths = [bundle.autoencoder.pixels, bundle.autoencoder.bottleneck]
    lit = units(usual.lit(answers["latent"][0]), usual.low, usual.high, widest=widths[0])
    told = _("{units} units, each lit by how strongly it answers to this {digit}").format(units=widths[1], digit=digit)
    network = (
        f'<div class="kg-network" role="img" aria-label="{told}">'
        f"{funnel(widths, widest=widths[0])}{lit}{funnel(widths[::-1], widest=widths[0])}</div>"
    )
    st.html(
        '<div class="kg-flow">'
        + figure(_tile(image, _("Original, a {digit}").format(digit=digit)), _("{n} pixels").format(n=widths[0]))
        + figure(network, _("{latent} latent units").format(latent=widths[1]))
        + figure(_tile(answers["reconstruction"], _("Reconstruction of a {digit}").format(digit=digit)), _("Rebuilt"))
        + "</div>"
    )


def training() -> None:
    """The same images after each of some epochs, and the loss."""
    bundle = loaders.bundle("article-all")
    shown = bundle.learning()
    _slider_played("epoch", shown.epochs)
    epoch = st.select_slider(_("Epochs of training"), shown.epochs, shown.epochs[0], key="epoch", bind="query-params")
    loss = bundle.card.history["val_loss"]
    told = _("before training") if epoch == 0 else _("loss {loss}").format(loss=f"{loss[epoch - 1]:.3f}")
    st.html(
        strip(shown.images, _("Given"))
        + strip(shown.reconstructions[shown.epochs.index(epoch)], _("Returned, {told}").format(told=told))
    )
    drawn(
        curve(loss, at=epoch, label=_("The loss falls with every epoch"), x=_("epochs"), y=_("loss")), key="loss_curve"
    )


def mirror() -> None:
    """Ten digits over what comes back after one pass or more."""
    _slider_played("passes", PASSES)
    times = st.select_slider(_("Passes through the network"), PASSES, 1, key="passes", bind="query-params")
    digits = _ten()
    returned = passed(loaders.bundle("article-all"), digits, times)
    error = float(np.abs(digits - returned).mean())
    measured = _("mean error per pixel")
    st.html(
        strip(digits, _("Given"))
        + strip(returned, _("Returned"))
        + f'<p class="kg-figure-told">{measured} <b>{error:.3f}</b></p>'
    )


def noise() -> None:
    """A speck, or noise, and what two networks make of it: the article's, and one that learnt from noise."""
    titles = {"clean": _("nothing"), "speck": _("a speck")}
    titles |= {kind: noise_title(kind) for kind in ("gaussian", "salt-and-pepper")}
    spoiled = digits = _ten()
    with st.container(key="choices_noise", horizontal=True, vertical_alignment="bottom"):
        kind = switch(_("What is added"), titles, key="added", default="speck")
        shown = [*titles].index(kind)
        played(shown - 1, len(titles) - 2, lambda to: choose_next("added", [*titles][to + 1]), key="play_noise")
        if kind == "speck":
            spoiled = with_speck(digits)
        elif kind != "clean":
            amount = st.slider(_("How much"), 0.0, 0.6, GRAIN, 0.05, key="much", bind="query-params")
            spoiled = add_noise(digits, kind, amount, 0)
    rows = {PLAIN: _("Article"), DENOISING: _("Trained on noise")}
    returned = [strip(passed(loaders.bundle(name), spoiled, 1), title) for name, title in rows.items()]
    st.html(strip(spoiled, _("Given")) + "".join(returned))


def only_one() -> None:
    """Any digit before the detector that knows only the 1."""
    digit = _digit("stranger", default="7")
    detector = loaders.default_detector("article-only-1")
    judged = judge(detector, _ten().reshape(-1, 28, 28)[digit : digit + 1])[0]
    question = _("Will the error of this {digit} be above the threshold?").format(digit=digit)
    told = vote("only-one", question, truth=judged.anomalous, of=str(digit))
    _judged_beside(_both(judged), judged, "mae" if told else None)


def zero() -> None:
    """The first zero before the detector that knows 1 to 9; then ink against error of many digits."""
    detector = loaders.default_detector("article-without-0")
    judged = judge(detector, _ten().reshape(-1, 28, 28)[:1])[0]
    question = _("It has never seen a 0. Will the error of this one be above the threshold?")
    digit = _digit("inked", default="0") if answered("zero") else 0
    if not vote("zero", question, truth=judged.anomalous, of=str(digit)):
        _judged_beside(_both(judged), judged, None)
        return
    test = loaders.test_images()
    errors = loaders.test_scores("article-without-0", "mae")
    ink = (test.x[:MARKS] / np.float32(255)).mean(axis=(1, 2))
    mine = test.y == digit
    first = int(mine.argmax())
    judged = judge(detector, _ten().reshape(-1, 28, 28)[digit : digit + 1])[0]
    # Of all that MNIST has of the digit, as the text says it too; the plot holds only as many as can be told apart.
    share = percent(float((errors[mine] > detector.threshold_).mean()), decimals=0)
    told = _(
        "{share} of the {n} test images of the digit {digit} lie above the threshold; "
        "the plot shows the first {shown} test images."
    )
    told = told.format(share=share, n=int(mine.sum()), digit=digit, shown=MARKS)
    plot = scatter(
        ink,
        errors[:MARKS],
        mine[:MARKS],
        line=detector.threshold_,
        label=told,
        x=_("ink"),
        y=_("error"),
        name=_("threshold"),
        ring=first,
    )
    shown = f'<div class="kg-two">{_pictures(_both(judged))}</div>{_short_verdict(judged)}'
    drawn(
        f'<div class="kg-plotted"><section>{shown}</section><section>{plot}<p class="kg-figure-told">{told}</p>'
        "</section></div>",
        key="ink_scatter",
    )


def letter() -> None:
    """A hand-drawn letter before the article's detector and Kagami's."""
    name = switch(_("Letter"), {name: name for name in LETTERS}, key="letter", hidden=True)
    image = drawn_letter(name)[np.newaxis]
    article, own = (loaders.default_detector(of) for of in ("article-all", "kagami-all"))
    first = judge(article, image)[0]
    question = _("The article’s detector knows all ten digits. Will it put this letter above its threshold?")
    if not vote("letter", question, truth=first.anomalous, of=name):
        _judged_beside(_both(first), first, None)
        return
    second = judge(own, image)[0]
    sides = [
        f'<section><h3>{title}</h3><div class="kg-judged-short">{_pictures(_both(judged))}'
        f"<div>{_short_verdict(judged)}</div></div></section>"
        for title, judged in ((_("Article"), first), ("Kagami", second))
    ]
    st.html(f'<div class="kg-versus" role="status">{"".join(sides)}</div>')


def threshold() -> None:
    """One threshold rule for both detectors, and what it costs them."""
    wanted = st.slider(
        _("Normal digits that may be flagged, in %"), 0.5, 40.0, 5.0, 0.5, "%.1f", key="wanted", bind="query-params"
    )
    test = loaders.test_images()
    sides = []
    for title, name in ((_("Article"), "article-without-0"), ("Kagami", "kagami-without-0")):
        bundle = loaders.bundle(name)
        score = bundle.experiment.recipe.score
        limit = Threshold(rule="conformal", false_alarms=wanted / 100).of(bundle.calibration_scores(score))
        scores = loaders.test_scores(name, score)
        known = is_normal(test.y, bundle.experiment.normals)
        found, alarms = float((scores[~known] > limit).mean()), float((scores[known] > limit).mean())
        plot = hills(
            scores[known],
            scores[~known],
            line=limit,
            label=_("Scores of known digits and of zeros, and the threshold"),
            x=_("score"),
            names=(_("● known digits"), _("▲ zeros")),
        )
        told = _("zeros found {found} · missed {missed} · false alarms {alarms}").format(
            found=f"<b>{percent(found)}</b>", missed=f"<b>{percent(1 - found)}</b>", alarms=f"<b>{percent(alarms)}</b>"
        )
        sides.append(f'<section><h3>{title}</h3>{plot}<p class="kg-figure-told">{told}</p></section>')
    drawn(f'<div class="kg-versus">{"".join(sides)}</div>', key="threshold_hills")


def draw_own() -> None:
    """The canvas, and Kagami's verdict."""
    left, right = st.columns([1, 2])
    with left, st.container(key="drawing"):
        drawing = show_canvas()
        canvas_buttons()
    with right:
        detector = loaders.default_detector("kagami-all", drawing.source)
        captions = _("What the model sees"), _("Reconstruction")
        try:
            judged = judge(detector, drawing.prepared.image[np.newaxis])[0]
        except KagamiError as error:
            tiles = "".join(figure(blank(), caption) for caption in captions)
            # Elsewhere there are characters to pick from; here there is the canvas alone.
            said = no_verdict_html(_("Nothing is drawn yet.") if error.code == "blank" else sentence(error))
        else:
            tiles = _pictures(list(zip((judged.image, judged.reconstruction), captions, strict=True)))
            said = verdict_html(judged, score=detector.score)
        st.html(f'<div class="kg-two">{tiles}</div>{said}')


def beyond() -> None:
    """The plane of digits, where pointing at a place decodes it, or digits that come of noise, pass by pass."""
    titles = {"map": _("Map of digits"), "noise": _("From noise")}
    with st.container(key="choices_beyond", horizontal=True, vertical_alignment="bottom"):
        way = switch(_("What to see"), titles, key="beyond", hidden=True)
        played(st.session_state.get("pass", 1) if way == "noise" else 0, COUNT, _play_noise, key="play_beyond")
        if way == "noise":
            at = st.slider(_("Passes through the network"), 1, COUNT, 1, key="pass", bind="query-params")
    if way == "map":
        plane_map("plane-all", Drawn(), view="digits", highlight=None)
    else:
        _from_noise(at)


def _play_noise(to: int) -> None:
    """Show the map (0) or a pass of those that start from noise."""
    choose_next("beyond", "noise" if to else "map")
    if to:
        st.session_state["pass"] = to


def _slider_played(key: str, options: Sequence[int]) -> None:
    """Let a clicker move the slider of that key through its options, from the first one on."""
    now = st.session_state.get(key, options[0])
    played(
        options.index(now), len(options) - 1, lambda to: st.session_state.update({key: options[to]}), key=f"play_{key}"
    )


def _from_noise(at: int) -> None:
    """What goes into that pass, what comes back, and how much of it is a digit."""
    given, returned = noise_passes()
    told, marks = digits_among(returned[at - 1])
    st.html(
        strip(given[at - 1], _("Given, noise {deviation}").format(deviation=f"{deviations(COUNT)[at - 1]:.2f}"))
        + strip(returned[at - 1], _("Trained on noise"))
        + f'<div class="kg-film"><span></span><div class="kg-marks" aria-hidden="true">{marks}</div></div>'
        + f'<p class="kg-figure-told" role="status">{told}</p>'
    )


# What moves in the step of that name.
LIVE: Mapping[str, Callable[[], None]] = MappingProxyType(
    {
        "autoencoder": autoencoder,
        "training": training,
        "mirror": mirror,
        "noise": noise,
        "only-one": only_one,
        "zero": zero,
        "letter": letter,
        "threshold": threshold,
        "draw": draw_own,
        "beyond": beyond,
    }
)


def _ten() -> Float:
    return ten_digits(loaders.test_images())


def _digit(key: str, *, default: str) -> int:
    return int(switch(_("Digit"), {str(digit): str(digit) for digit in DIGITS}, key=key, default=default, hidden=True))


def _tile(row: Float, alt: str) -> str:
    return tile(grey(row.reshape(28, 28)), alt=alt)


def _both(judged: Judgement) -> list[tuple[Float, str]]:
    return [(judged.image, _("Given")), (judged.reconstruction, _("Returned"))]


def _pictures(pictures: list[tuple[Float, str]]) -> str:
    return "".join(figure(_tile(image, caption), caption) for image, caption in pictures)


def _judged_beside(pictures: list[tuple[Float, str]], judged: Judgement, score: str | None) -> None:
    """Pictures, and the verdict beside them, or its empty place."""
    said = verdict_html(judged, score=score) if score else '<div class="kg-verdict kg-none kg-waiting">?</div>'
    st.html(f'<div class="kg-beside">{_pictures(pictures)}{said}</div>')


def _short_verdict(judged: Judgement) -> str:
    shown = sign(judged.anomalous, _)
    word = _("Anomalous") if judged.anomalous else _("Normal")
    value, limit = score_and_threshold(judged.score, judged.threshold)
    told = _("{value}, threshold {threshold}").format(value=value, threshold=limit)
    return (
        f'<p class="kg-figure-told kg-{shown.kind}"><b>{shown.html} {word}</b></p><p class="kg-figure-told">{told}</p>'
    )
