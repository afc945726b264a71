"""The talk to print: a page for each step, with its text and a figure that is computed from the shipped bundles."""

import gettext
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from core.detection.detector import Detector
from core.detection.judgement import Judgement, judge
from core.detection.thresholds import Threshold
from core.detection.usual import Usual
from core.images.data import ASSETS, Float, Labelled, UInt8, flatten, is_normal
from core.models.bundle import Bundle
from core.models.denoising import DENOISING, PLAIN
from core.models.latent import Plane
from core.story import Step, steps
from core.story.figures import LETTERS, WANTED, drawn_letter, figures, passed, ten_digits, with_grain, with_speck
from core.views import printing
from core.views.numbers import signed
from core.views.signs import ICONS, kind
from core.views.tiles import heat

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

LOCALE = ASSETS / "locale"
# A Japanese font sets these as wide as its own characters, which tears an English word apart.
_NARROW = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"'})
# In how many epochs the training is shown at most, how often the digits are passed.
EPOCHS, PASSES = 5, (1, 2, 20)
# Marks in the scatters, as many as can be told apart; the side of the decoded plane, in images.
MARKS, NUMERALS, TILES = 900, 600, 17


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Where the figures come from.

    say: an English message in the reader's language. load, detector: a bundle and its usual detector by name.
    test: MNIST's test images.
    """

    say: Callable[[str], str]
    load: Callable[[str], Bundle]
    detector: Callable[[str], Detector]
    test: Labelled

    @property
    def ten(self) -> Float:
        return ten_digits(self.test)


def talk_pdf(
    language: str, *, load: Callable[[str], Bundle], detector: Callable[[str], Detector], test: Labelled
) -> bytes:
    """The talk in that language as a PDF, A4. load, detector: by a bundle's name. test: MNIST's test images.

    Raises KagamiError as `load` does where a bundle is missing or damaged.
    """
    pages = talk_pages(language, load=load, detector=detector, test=test)
    return printing.to_pdf(pages, title="Kagami 鏡")


def talk_pages(
    language: str, *, load: Callable[[str], Bundle], detector: Callable[[str], Detector], test: Labelled
) -> "list[Figure]":
    """The pages of `talk_pdf`, one a step."""
    catalogue = gettext.translation("kagami", LOCALE, [language], fallback=language == "en")
    sources = Sources(say=catalogue.gettext, load=load, detector=detector, test=test)
    told = steps(language, figures(load, test), medium="paper")
    return [_page(step, number, len(told), sources) for number, step in enumerate(told, 1)]


def _page(step: Step, number: int, of: int, sources: Sources) -> "Figure":
    prose = [plain(paragraph) for paragraph in step.prose.split("\n\n")] if step.prose else []
    figure, room = printing.page(
        f"{number}. {plain(step.title)}", plain(step.lead), prose, foot=("Kagami 鏡", f"{number} / {of}")
    )
    FIGURES[step.name](room, sources)
    return figure


def plain(markdown: str) -> str:
    """A paragraph of Markdown without its marks, in one line."""
    # Japanese has no spaces between words, so none may come of a line's end; a Latin word ends with one.
    joined = re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef])\n", "", markdown).replace("\n", " ")
    unlinked = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", joined)
    return re.sub(r"(\*{1,2}|`)(\S(?:.*?\S)?)\1", r"\2", unlinked).translate(_NARROW)


def _autoencoder(room: "SubFigure", sources: Sources) -> None:
    _ = sources.say
    network = sources.load("article-all").autoencoder
    image = sources.ten[3:4]
    answers = network.activations(image)
    lit = Usual.of(network, flatten(sources.test.x[:1000])).lit(answers["latent"][0])
    captions = (
        _("{n} pixels").format(n=network.pixels),
        _("{latent} latent units").format(latent=network.bottleneck),
        _("Rebuilt"),
    )
    printing.through_network(room, _square(image)[0], lit, _square(answers["reconstruction"])[0], captions=captions)


def _training(room: "SubFigure", sources: Sources) -> None:
    _ = sources.say
    bundle = sources.load("article-all")
    shown = bundle.learning()
    left, right = printing.beside(room, 1.9, 1)
    given = _("Given")
    rows = {given: shown.images}
    # From the first to the last epoch that was kept, closer together at the start, where most of it happens.
    last = len(shown.epochs) - 1
    for at in np.unique(np.rint(last * np.linspace(0, 1, EPOCHS) ** 2).astype(int)):
        epoch = shown.epochs[at]
        name = _("before training") if epoch == 0 else _("{n} epochs").format(n=epoch)
        rows[name] = shown.reconstructions[at]
    printing.rows_of_images(left, rows)
    printing.loss_curve(right, bundle.card.history["val_loss"], x=_("epochs"), y=_("loss"))


def _mirror(room: "SubFigure", sources: Sources) -> None:
    _ = sources.say
    digits = sources.ten
    given = _("Given")
    rows = {given: _square(digits)}
    for times in PASSES:
        returned = passed(sources.load("article-all"), digits, times)
        error = f"{np.abs(digits - returned).mean():.3f}"
        rows[_("Passes: {n}\nmean error {error}").format(n=times, error=error)] = _square(returned)
    printing.rows_of_images(room, rows)


def _noise(room: "SubFigure", sources: Sources) -> None:
    _ = sources.say
    plain, digits = sources.load(PLAIN), sources.ten
    speck, noisy = with_speck(digits), with_grain(digits)
    rows = {
        _("With a speck"): speck,
        _("Speck returned"): passed(plain, speck, 1),
        _("With noise"): noisy,
        _("Noise returned"): passed(plain, noisy, 1),
        _("Trained on noise"): passed(sources.load(DENOISING), noisy, 1),
    }
    printing.rows_of_images(room, {name: _square(images) for name, images in rows.items()})


def _only_one(room: "SubFigure", sources: Sources) -> None:
    _ = sources.say
    detector = sources.detector("article-only-1")
    normal, unseen = _test_scores(sources, "article-only-1")
    left, right = printing.beside(room, 1.5, 1)
    _rows_judged(left, judge(detector, _square(sources.ten)), sources)
    names = (_("● the 1"), _("▲ all other digits"), _("threshold"))
    printing.histogram(right, normal, unseen, line=detector.threshold_, x=_("error"), names=names)


def _zero(room: "SubFigure", sources: Sources) -> None:
    _ = sources.say
    line = sources.detector("article-without-0").threshold_
    normal, unseen = _test_scores(sources, "article-without-0")
    names = (_("● known digits"), _("▲ zeros"), _("threshold"))
    left, right = printing.beside(room, 1, 1)
    some = sources.test.x[:MARKS].astype(np.float32) / np.float32(255)
    error = sources.load("article-without-0").test_scores("mae")[:MARKS]
    printing.ink_and_error(
        left, some.mean(axis=(1, 2)), error, sources.test.y[:MARKS] == 0, line=line, x=_("ink"), y=_("error"),
        names=names,
    )  # fmt: skip
    printing.histogram(right, normal, unseen, line=line, x=_("error"), names=names)


def _letter(room: "SubFigure", sources: Sources) -> None:
    _ = sources.say
    image = drawn_letter("A")[np.newaxis]
    sides = (("article-all", _("Article")), ("kagami-all", "Kagami"))
    for part, (name, title) in zip(printing.beside(room, 1, 1), sides, strict=True):
        found = judge(sources.detector(name), image)[0]
        images: dict[str, UInt8 | Float] = {
            _("Given"): found.image,
            _("Returned"): found.reconstruction,
            _("Difference"): heat(found.error_map),
        }
        word = "▲ " + _("Anomalous") if found.anomalous else "● " + _("Normal")
        line = _("score {score}, threshold {threshold}").format(
            score=signed(found.score, 3), threshold=signed(found.threshold, 3)
        )
        printing.judged(part, title, images, verdict=f"{ICONS[kind(found.anomalous)]} {word}", line=line)


def _threshold(room: "SubFigure", sources: Sources) -> None:
    _ = sources.say
    *hills, last = printing.beside(room, 1, 1, 1)
    detectors = {}
    sides = (("article-without-0", _("Article")), ("kagami-without-0", "Kagami"))
    for part, (name, title) in zip(hills, sides, strict=True):
        bundle = sources.load(name)
        calibration = bundle.calibration_scores(bundle.experiment.recipe.score)
        line = Threshold(rule="conformal", false_alarms=WANTED).of(calibration)
        normal, unseen = _test_scores(sources, name)
        names = (_("● known digits"), _("▲ zeros"), _("threshold"))
        printing.histogram(part, normal, unseen, line=line, x=title + ": " + _("score"), names=names)
        detectors[title] = (normal, unseen, line)
    printing.roc(last, detectors, x=_("false-alarm rate"), y=_("detection rate"), point=_("threshold"))


def _draw(room: "SubFigure", sources: Sources) -> None:
    _rows_judged(
        room, judge(sources.detector("kagami-all"), np.array([drawn_letter(name) for name in LETTERS])), sources
    )


def _beyond(room: "SubFigure", sources: Sources) -> None:
    _ = sources.say
    network = sources.load("plane-all").autoencoder
    latents = network.encode(flatten(sources.test.x))
    space = Plane.of(latents)
    left, right = printing.beside(room, 1, 1)
    points = space.points(latents[:NUMERALS])
    printing.numerals(
        left, points, sources.test.y[:NUMERALS], low=space.low, high=space.high, x=_("first number"),
        y=_("second number"),
    )  # fmt: skip
    decoded = network.decode(space.latents(space.lattice(TILES)))
    printing.plane(right, _square(decoded), caption=_("The same map, decoded at each place"))


# What stands on the page of the step of that name.
FIGURES: "Mapping[str, Callable[[SubFigure, Sources], None]]" = MappingProxyType(
    {
        "autoencoder": _autoencoder,
        "training": _training,
        "mirror": _mirror,
        "noise": _noise,
        "only-one": _only_one,
        "zero": _zero,
        "letter": _letter,
        "threshold": _threshold,
        "draw": _draw,
        "beyond": _beyond,
    }
)


def _rows_judged(room: "SubFigure", found: list[Judgement], sources: Sources) -> None:
    _ = sources.say
    rows = {
        _("Given"): np.array([each.image for each in found]),
        _("Returned"): np.array([each.reconstruction for each in found]),
    }
    marks = [f"{ICONS[kind(each.anomalous)]}\n{signed(each.score, 3)}" for each in found]
    printing.rows_of_images(room, rows, marks=marks)


def _test_scores(sources: Sources, name: str) -> tuple[Float, Float]:
    """Scores of MNIST's test images, known digits and others apart, by the bundle's own score."""
    bundle = sources.load(name)
    scores = bundle.test_scores(bundle.experiment.recipe.score)
    known = is_normal(sources.test.y, bundle.experiment.normals)
    return scores[known], scores[~known]


def _square(images: Float) -> Float:
    return images.reshape(-1, 28, 28)
