"""Originals and what comes back, on a page: each with its detail, several experiments beside each other, as a file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape

import numpy as np
import streamlit as st

from core.detection.judgement import Judgement, judge
from core.detection.scores import error_map
from core.images.data import DIGITS, Float, Int, Labelled, UInt8, flatten
from core.images.selection import select
from core.models.bundle import experiment_named
from core.ui.shared import loaders
from core.ui.shared.address import choose
from core.ui.shared.choices import Chosen, choose_order, trained
from core.ui.shared.language import _
from core.ui.shared.titles import bundle_title
from core.ui.shared.verdict import verdict_html
from core.views.figures import FORMATS, image_rows, to_file
from core.views.numbers import score_text
from core.views.signs import sign
from core.views.tiles import figure, grey, image_row, signed, tile

# Of the remembered normals that match best, how many a detail shows; images in a row of several experiments.
CLOSEST, IN_A_ROW = 5, 7
COUNTS = tuple(str(count) for count in range(10, 61, 10))


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which test images are asked for: `count` of these digits, in an order (a name in ORDERS); rng: for the random."""

    digits: Sequence[int]
    order: str
    rng: np.random.Generator
    count: int

    def of(self, chosen: Chosen) -> Int:
        """Their indices, as the chosen detector scores them; none where no digit is asked for."""
        scores = loaders.test_scores(chosen.name, chosen.detector.score)
        labels = loaders.test_images().y
        return select(labels, scores, digits=self.digits, count=self.count, order=self.order, rng=self.rng)


def choose_images(*, many: bool) -> Asked:
    """Digits, their order and, for `many`, how many of them; else as many as fill a row."""
    digits = st.pills(_("Digits"), DIGITS, selection_mode="multi", default=DIGITS, key="digits", bind="query-params")
    order, rng = choose_order()
    count = int(choose(st.selectbox, _("How many"), COUNTS, key="count", default="10", title=str)) if many else IN_A_ROW
    return Asked(digits=digits, order=order, rng=rng, count=count)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Test images that are looked at.

    which: (n,) of MNIST's test images. judged: what the chosen detector says of each.
    again: (n, 28, 28) in [0, 1], the reconstruction of the reconstruction; None where it is not asked for.
    """

    which: Int
    judged: Sequence[Judgement]
    again: Float | None

    @classmethod
    def of(cls, chosen: Chosen, which: Int, *, second: bool) -> "Shown":
        """Judge the images; second: whether what comes back passes once more."""
        judged = judge(chosen.detector, loaders.test_images().x[which])
        once = np.array([each.reconstruction for each in judged], np.float32)
        again = chosen.detector.autoencoder.reconstruct(flatten(once)).reshape(-1, 28, 28) if second else None
        return cls(which=which, judged=judged, again=again)


def explorer(shown: Shown, chosen: Chosen) -> None:
    """Original, reconstruction and difference of each image; the one under the pointer or in focus, large, in detail.

    Differences are as bright as the largest error that is usual among the experiment's normals.
    """
    remembered = loaders.train_images() if len(shown.judged[0].closest) else None
    top = loaders.usual(chosen.name).error
    pairs = "".join(_pair(shown, i, chosen, top, remembered) for i in range(len(shown.judged)))
    scale = _("Difference: orange is ink that is missing, blue is ink that was invented; brightest at {top} or more.")
    st.html(
        f'<div class="kg-looking"><p class="kg-legend">{_legend(shown)} {scale.format(top=f"{top:.2f}")}</p>'
        f'<div class="kg-grid">{pairs}</div></div>'
    )


def _pair(shown: Shown, i: int, chosen: Chosen, top: float, remembered: Labelled | None) -> str:
    """One of the shown images over what came back and its score, with its detail."""
    judged = shown.judged[i]
    label = int(loaders.test_images().y[shown.which[i]])
    name = _("Test image {number}, a {digit}").format(number=shown.which[i], digit=label)
    tiles = [
        tile(grey(judged.image), alt=_("Original, a {digit}").format(digit=label)),
        tile(grey(judged.reconstruction), alt=_("Reconstruction of a {digit}").format(digit=label)),
        tile(_difference(judged, top), alt=_("Where the two differ")),
    ]
    if shown.again is not None:
        tiles.insert(2, tile(grey(shown.again[i]), alt=_("Second pass of a {digit}").format(digit=label)))
    mark = sign(judged.anomalous, _)
    unseen = _("unseen") if label in chosen.experiment.held_out else ""
    return (
        f'<figure class="kg-pair" tabindex="0" aria-label="{escape(name)}">{"".join(tiles)}'
        f'<figcaption><span class="kg-{mark.kind}">{mark.html} {score_text(judged.score, judged.threshold)}</span>'
        f'<span class="kg-mark">{unseen}</span></figcaption>{_detail(judged, name, chosen, tiles, remembered)}</figure>'
    )


def _legend(shown: Shown) -> str:
    if shown.again is None:
        return _("From the top: original, reconstruction, difference.")
    return _("From the top: original, reconstruction, second pass, difference of the first.")


def _difference(judged: Judgement, top: float) -> UInt8:
    return signed((judged.image - judged.reconstruction) / np.float32(top))


def _detail(judged: Judgement, name: str, chosen: Chosen, tiles: Sequence[str], remembered: Labelled | None) -> str:
    """The same large, with its verdict and the remembered normals that match best."""
    return (
        f'<div class="kg-detail"><p><b>{escape(name)}</b></p>'
        f'<div class="kg-large" aria-hidden="true">{"".join(tiles)}</div>'
        f"{verdict_html(judged, score=chosen.detector.score)}"
        f"{'' if remembered is None else _closest(judged, remembered)}</div>"
    )


def _closest(judged: Judgement, remembered: Labelled) -> str:
    title = _("A remembered {digit}")
    digits = [(remembered.x[i], remembered.y[i]) for i in judged.closest[:CLOSEST]]
    figures = "".join(figure(tile(image, alt=title.format(digit=label)), str(label)) for image, label in digits)
    legend = _("The closest normal digits that it remembers")
    return f'<p class="kg-legend">{legend}</p><div class="kg-near">{figures}</div>'


def second_pass_figures(shown: Shown) -> dict[str, str]:
    """Mean absolute errors of the shown images after one pass and after two."""
    assert shown.again is not None
    images = np.array([each.image for each in shown.judged])
    once = np.array([each.reconstruction for each in shown.judged])
    return {
        "n": str(len(images)),
        "once": f"{error_map(images, once).mean(dtype=np.float64):.4f}",
        "twice": f"{error_map(images, shown.again).mean(dtype=np.float64):.4f}",
    }


def choose_several(chosen: Chosen) -> list[str]:
    """Names of experiments to hold beside each other, in the address; at first all of the same normals."""
    options = trained()
    same = [name for name in options if experiment_named(name).normals == chosen.experiment.normals]
    state = st.session_state
    if "beside" not in state:
        asked = [name for name in st.query_params.get("beside", "").split(",") if name in options]
        state["beside"] = asked or same
    names: list[str] = st.pills(
        _("Experiments"),
        options,
        selection_mode="multi",
        key="beside",
        format_func=bundle_title,
        persist_state="session",
    )
    if names == same:
        st.query_params.pop("beside", None)
    else:
        st.query_params["beside"] = ",".join(names)
    # The narrowest first: what it has to leave out is seen best.
    return sorted(names, key=lambda name: experiment_named(name).recipe.encoder[-1])


def side_by_side(which: Int, names: Sequence[str]) -> dict[str, Float]:
    """The same images before several experiments, in rows with their errors.

    Returns what is shown, images (n, 784), by its row's title.
    """
    test = loaders.test_images()
    clean = flatten(test.x[which])
    original = _("Original")
    rows = [image_row(clean, list(map(str, test.y[which])), title=original, total=_("all 10,000 test images"))]
    shown = {original: clean}
    for name in names:
        title, width = bundle_title(name), experiment_named(name).recipe.encoder[-1]
        shown[title] = back = loaders.bundle(name).autoencoder.reconstruct(clean)
        errors = [f"{error:.4f}" for error in error_map(clean, back).mean(axis=1)]
        total = f"<b>{loaders.test_scores(name, 'mae').mean(dtype=np.float64):.4f}</b>"
        small = _("bottleneck of {width}").format(width=width)
        rows.append(image_row(back, errors, title=title, small=small, total=total))
    legend = _("Under each reconstruction: mean absolute error, from 0 to 1; lower is nearer.")
    st.html(f'<div class="kg-rows">{"".join(rows)}</div><p class="kg-legend">{legend}</p>')
    return shown


def download_shown(shown: Shown, chosen: Chosen) -> None:
    """What the explorer shows, as a figure to print."""
    top = loaders.usual(chosen.name).error
    rows = {
        _("Original"): [grey(each.image) for each in shown.judged],
        _("Reconstruction"): [grey(each.reconstruction) for each in shown.judged],
    }
    if shown.again is not None:
        rows[_("Second pass")] = [grey(image) for image in shown.again]
    rows[_("Difference")] = [_difference(each, top) for each in shown.judged]
    captions = [score_text(each.score, each.threshold) for each in shown.judged]
    title = bundle_title(chosen.name)
    _downloads(lambda kind: to_file(image_rows(rows, captions=captions, title=title), kind))


def download_side_by_side(which: Int, shown: Mapping[str, Float]) -> None:
    """What :func:`side_by_side` shows, as a figure to print."""
    rows = {title: [grey(image.reshape(28, 28)) for image in images] for title, images in shown.items()}
    captions = [str(label) for label in loaders.test_images().y[which]]
    title = _("The same digits, several experiments")
    _downloads(lambda kind: to_file(image_rows(rows, captions=captions, title=title), kind))


def _downloads(draw: Callable[[str], bytes]) -> None:
    with st.popover(_("Download")):
        for kind, media in FORMATS.items():
            # Drawn only when it is asked for.
            st.download_button(
                kind.upper(),
                partial(draw, kind),
                file_name=f"kagami.{kind}",
                mime=media,
                key=f"download_{kind}",
                on_click="ignore",
                width="stretch",
            )
