"""What can be done in a latent space beside looking at its map: walk, turn one unit, place a drawing."""

import numpy as np
import streamlit as st

from core.errors import KagamiError
from core.images.data import DIGITS, Float, flatten
from core.models.latent import centres, effects, nearest, swept, walk
from core.ui.canvas.widget import canvas_buttons, show_canvas
from core.ui.latent.plane import Drawn, Mark, Point
from core.ui.shared import loaders
from core.ui.shared.address import choose
from core.ui.shared.language import _, content, sentence
from core.views.mosaics import mosaic
from core.views.numbers import percent
from core.views.tiles import figure, grey, strip, tile

STEPS = 9
# Units whose rows stand below one another; a wider bottleneck's others can be chosen one by one.
ROWS = 8
# Neighbours of a drawing.
CLOSEST = 6
# How many examples of a digit can be chosen.
EXAMPLES = 100


def walk_between(name: str) -> Drawn:
    """Two digits, the straight way between their latents, decoded, and the same way between their pixels."""
    one, other, example = st.columns(3)
    with one:
        start = _choose_digit(_("From a"), key="from", default="7")
    with other:
        end = _choose_digit(_("To a"), key="to", default="2")
    with example:
        images, latents = _examples(name, (start, end))
    way = st.slider(_("How far along, in %"), 0, 100, 50, 5, key="way", bind="query-params") / 100

    decode = loaders.bundle(name).autoencoder.decode
    in_latents, in_pixels = (np.array([1 - way, way], np.float32) @ ends for ends in (latents, images))
    shown = [
        (_image(images[0]), _("From here")),
        (_image(decode(in_latents[np.newaxis])), _("In the latent space")),
        (_image(in_pixels), _("In pixels")),
        (_image(images[1]), _("To here")),
    ]
    tiles = [figure(tile(grey(image), alt=caption), caption) for image, caption in shown]
    st.html(f'<div class="kg-walk">{"".join(tiles)}</div>')
    _strips(
        (
            decode(walk(latents[0], latents[1], STEPS)),
            _("From latent to latent: each step is decoded, and is a shape of its own."),
        ),
        (walk(images[0], images[1], STEPS), _("From pixel to pixel: the one fades out while the other fades in.")),
    )

    plane = loaders.latent_space(name).plane
    ends = _points(plane.points(latents))
    at = _points(plane.points(in_latents[np.newaxis]))[0]
    marks = [Mark(at=point, image=_image(image)) for point, image in zip(ends, images, strict=True)]
    return Drawn(path=ends, marks=(*marks, Mark(at=at)))


def turn_units(name: str) -> Drawn:
    """A digit's latent with one unit after the other taken through its range, decoded."""
    space = loaders.latent_space(name)
    autoencoder = loaders.bundle(name).autoencoder
    digit, unit, example = st.columns(3)
    with digit:
        chosen = _choose_digit(_("Of a"), key="of", default="3")
    units = [str(i + 1) for i in range(autoencoder.bottleneck)]
    with unit:
        which = choose(
            st.selectbox,
            _("Unit"),
            ["strongest", *units],
            key="unit",
            default="strongest",
            title=lambda option: _("the strongest") if option == "strongest" else option,
        )
    with example:
        images, latents = _examples(name, (chosen,))
    latent = latents[0]
    strength = effects(autoencoder, latent, space.span)
    rows = np.argsort(-strength, kind="stable")[:ROWS] if which == "strongest" else [int(which) - 1]
    title = _("Unit {unit}, from {low} to {high}")
    spans = [[f"{value:.1f}".replace("-", "−") for value in space.span[:, row]] for row in rows]
    _strips(
        *(
            (
                autoencoder.decode(swept(latent, row, space.span, STEPS)),
                title.format(unit=row + 1, low=low, high=high),
            )
            for row, (low, high) in zip(rows, spans, strict=True)
        )
    )
    return Drawn(marks=(Mark(at=_points(space.plane.points(latents))[0], image=_image(images[0])),))


def place_drawing(name: str) -> Drawn:
    """The visitor's drawing, where it lies, and the test digits whose latents lie nearest to it."""
    space = loaders.latent_space(name)
    left, right = st.columns([3, 2])
    with left:
        drawing = show_canvas()
        canvas_buttons()
    try:
        image = drawing.prepared.image
    except KagamiError as error:
        right.info(sentence(error))
        return Drawn()
    latent = loaders.bundle(name).autoencoder.encode(flatten(image[np.newaxis]))
    test = loaders.test_images()
    tiles = [
        figure(tile(grey(test.x[i] / np.float32(255)), alt=_("A {digit}").format(digit=test.y[i])), str(test.y[i]))
        for i in nearest(space.latents, latent[0], CLOSEST)[0]
    ]
    legend = _("The test digits with the nearest latents")
    right.html(f'<p class="kg-legend">{legend}</p><div class="kg-neighbours">{"".join(tiles)}</div>')
    return Drawn(marks=(Mark(at=_points(space.plane.points(latent))[0], image=image),))


def about_the_plane(name: str) -> str:
    """What the map shows and how it was made, in prose; with its figures."""
    space = loaders.latent_space(name)
    wide = loaders.bundle(name).autoencoder.bottleneck
    if wide == 2:
        return content("latent_two")
    return content("latent_wide", width=wide, explained=percent(space.plane.explained))


def map_as_table(name: str) -> None:
    """The map for those who cannot see it: where each digit's middle lies, and whose middle is nearest to it."""
    space = loaders.latent_space(name)
    middles = space.plane.points(centres(space.latents, loaders.test_images().y))
    rows = [
        {
            _("Digit"): str(digit),
            _("Middle (x, y)"): "({:.2f}, {:.2f})".format(*middle).replace("-", "−"),
            _("Nearest other digit"): str(nearest(middles, middle, 2)[0][1]),
        }
        for digit, middle in enumerate(middles)
    ]
    with st.expander(_("The map as a table")):
        st.table(rows, border="horizontal")


def _choose_digit(label: str, *, key: str, default: str) -> int:
    return int(choose(st.selectbox, label, list(map(str, DIGITS)), key=key, default=default, title=str))


def _examples(name: str, digits: tuple[int, ...]) -> tuple[Float, Float]:
    """One test image of each of the digits, dealt by a number: images (d, 784) and their latents (d, k)."""
    example = st.number_input(_("Example"), 1, EXAMPLES, 1, key="example", bind="query-params")
    test = loaders.test_images()
    chosen = [np.flatnonzero(test.y == digit)[example - 1] for digit in digits]
    return flatten(test.x[chosen]), loaders.latent_space(name).latents[chosen]


def _strips(*strips: tuple[Float, str]) -> None:
    """Rows of images (n, 784), each with its title."""
    st.html("".join(strip(mosaic(rows.reshape(-1, 28, 28), columns=len(rows), gap=1), title) for rows, title in strips))


def _image(row: Float) -> Float:
    return row.reshape(28, 28)


def _points(points: Float) -> tuple[Point, ...]:
    return tuple((x, y) for x, y in points.tolist())
