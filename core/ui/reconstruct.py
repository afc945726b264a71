"""Originals and what comes back, on a page: each with its detail, several experiments beside each other, as a file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape

import numpy as np
import streamlit as st

from core.detection.judgement import Judgement, judge
from core.detection.scores import error_map
from core.images.data import Float, Int, Labelled, flatten
from core.models.bundle import experiment_named
from core.ui.shared import loaders
from core.ui.shared.choices import Chosen, trained
from core.ui.shared.language import _
from core.ui.shared.titles import bundle_title
from core.ui.shared.verdict import verdict_html
from core.views.figures import FORMATS, image_rows, to_file
from core.views.numbers import score_text
from core.views.tiles import figure, grey, image_row, signed, tile

# Of the remembered normals that match best, how many a detail shows; images in a row of several experiments.
CLOSEST, IN_A_ROW = 5, 7
COUNTS = tuple(str(count) for count in range(10, 61, 10))


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Test images that are looked at: `which` of MNIST's, what the chosen detector says, and the second pass.

    again: (n, 28, 28), the reconstruction of the reconstruction; None where it is not asked for.
    """

    which: Int
    judged: Sequence[Judgement]
    again: Float | None

    @classmethod
    def of(cls, chosen: Chosen, which: Int, *, second: bool) -> "Shown":
        judged = judge(chosen.detector, loaders.test_images().x[which])
        once = np.array([each.reconstruction for each in judged], np.float32)
        again = chosen.detector.autoencoder.reconstruct(flatten(once)).reshape(-1, 28, 28) if second else None
        return cls(which=which, judged=judged, again=again)


def explorer(shown: Shown, chosen: Chosen) -> None:
    """Original, reconstruction and difference of each image; the one under the pointer or in focus, large and told."""
    labels = loaders.test_images().y[shown.which]
    remembered = loaders.train_images() if len(shown.judged[0].closest) else None
    top = loaders.usual(chosen.name).error
    pairs = []
    for i, (each, label) in enumerate(zip(shown.judged, labels, strict=True)):
        digit = str(label)
        tiles = [
            tile(grey(each.image), alt=_("Original, a {digit}").format(digit=digit)),
            tile(grey(each.reconstruction), alt=_("Reconstruction of a {digit}").format(digit=digit)),
            tile(_difference(each, top), alt=_("Where the two differ")),
        ]
        if shown.again is not None:
            tiles.insert(2, tile(grey(shown.again[i]), alt=_("Second pass of a {digit}").format(digit=digit)))
        kind, icon = ("anomalous", "▲") if each.anomalous else ("normal", "●")
        mark = _("unseen") if int(label) in chosen.experiment.held_out else ""
        value = score_text(each.score, each.threshold)
        name = _("Test image {number}, a {digit}").format(number=shown.which[i], digit=digit)
        pairs.append(
            f'<figure class="kg-pair" tabindex="0" aria-label="{escape(name)}">{"".join(tiles)}'
            f'<figcaption><span class="kg-{kind}"><span aria-hidden="true">{icon}</span> {value}</span>'
            f'<span class="kg-mark">{mark}</span></figcaption>'
            + _detail(each, name, chosen, tiles, remembered)
            + "</figure>"
        )
    legend = _legend(shown)
    scale = _("Difference: orange is ink that is missing, blue is ink that was invented; brightest at {top} or more.")
    st.html(
        f'<div class="kg-looking"><p class="kg-legend">{legend} {scale.format(top=f"{top:.2f}")}</p>'
        f'<div class="kg-grid">{"".join(pairs)}</div></div>'
    )


def _legend(shown: Shown) -> str:
    if shown.again is None:
        return _("From the top: original, reconstruction, difference.")
    return _("From the top: original, reconstruction, second pass, difference of the first.")


def _difference(each: Judgement, top: float) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return signed((each.image - each.reconstruction) / np.float32(top))


def _detail(each: Judgement, name: str, chosen: Chosen, tiles: Sequence[str], remembered: Labelled | None) -> str:
    near = ""
    if remembered is not None:
        closest = "".join(
            figure(
                tile(
                    grey(remembered.x[i] / np.float32(255)), alt=_("A remembered {digit}").format(digit=remembered.y[i])
                ),
                str(remembered.y[i]),
            )
            for i in each.closest[:CLOSEST]
        )
        legend = _("The closest normal digits that it remembers")
        near = f'<p class="kg-legend">{legend}</p><div class="kg-near">{closest}</div>'
    return (
        f'<div class="kg-detail"><p><b>{escape(name)}</b></p>'
        f'<div class="kg-large" aria-hidden="true">{"".join(tiles)}</div>'
        f"{verdict_html(each, score=chosen.detector.score)}{near}</div>"
    )


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


def several(which: Int, names: Sequence[str]) -> dict[str, Float]:
    """The same images before several experiments, in rows with their errors; returns what is shown, by row's title."""
    test = loaders.test_images()
    clean = flatten(test.x[which])
    captions = [str(label) for label in test.y[which]]
    original = _("Original")
    rows = [_row(original, "", clean, captions, _("all 10,000 test images"))]
    found = {original: clean}
    for name in names:
        back = loaders.bundle(name).autoencoder.reconstruct(clean)
        errors = [f"{error:.4f}" for error in error_map(clean, back).mean(axis=1)]
        title = bundle_title(name)
        width = _("bottleneck of {width}").format(width=experiment_named(name).recipe.encoder[-1])
        total = f"{loaders.test_scores(name, 'mae').mean(dtype=np.float64):.4f}"
        rows.append(_row(title, width, back, errors, f"<b>{total}</b>"))
        found[title] = back
    legend = _("Under each reconstruction: mean absolute error, from 0 to 1; lower is nearer.")
    st.html(f'<div class="kg-rows">{"".join(rows)}</div><p class="kg-legend">{legend}</p>')
    return found


def _row(title: str, small: str, images: Float, captions: Sequence[str], total: str) -> str:
    tiles = [tile(grey(image.reshape(28, 28)), alt=title) for image in images]
    return image_row(title, small, list(zip(tiles, captions, strict=True)), total=total)


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


def download_several(which: Int, found: dict[str, Float]) -> None:
    """What stands in the rows of several experiments, as a figure to print."""
    rows = {title: [grey(image.reshape(28, 28)) for image in images] for title, images in found.items()}
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
