"""What can be done in a latent space: look at its map, walk, turn one unit, place a drawing."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import streamlit as st

from core.errors import KagamiError
from core.images.data import DIGITS, Float, flatten
from core.models.bundle import experiment_named
from core.models.latent import centres, effects, nearest, swept, walk
from core.ui.canvas.widget import canvas_buttons, show_canvas
from core.ui.latent.plane import Drawn, Mark, Point
from core.ui.shared import loaders
from core.ui.shared.address import choose, switch
from core.ui.shared.language import _, content, sentence
from core.views.numbers import percent, signed
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
        start = _choose_digit(_("From the digit"), key="from", default="7")
    with other:
        end = _choose_digit(_("To the digit"), key="to", default="2")
    with example:
        images, latents = _examples(name, (start, end))
    way = st.slider(_("How far along, in %"), 0, 100, 50, 5, key="way", bind="query-params") / 100

    decode = loaders.bundle(name).autoencoder.decode
    latent, pixels = (np.array([[1 - way, way]], np.float32) @ ends for ends in (latents, images))
    captions = _("From here"), _("In the latent space"), _("In pixels"), _("To here")
    shown = (images[0], decode(latent)[0], pixels[0], images[1])
    tiles = [
        figure(tile(grey(image.reshape(28, 28)), alt=caption), caption)
        for image, caption in zip(shown, captions, strict=True)
    ]
    st.html(f'<div class="kg-walk">{"".join(tiles)}</div>')
    decoded, faded = decode(walk(latents[0], latents[1], STEPS)), walk(images[0], images[1], STEPS)
    st.html(
        strip(decoded, _("From latent to latent: each step is decoded, and is a shape of its own."))
        + strip(faded, _("From pixel to pixel: the one fades out while the other fades in."))
    )
    ends, at = _places(name, latents), _places(name, latent)[0]
    marks = [Mark(at=end, image=image.reshape(28, 28)) for end, image in zip(ends, images, strict=True)]
    return Drawn(path=ends, marks=(*marks, Mark(at=at)))


def turn_units(name: str) -> Drawn:
    """A digit's latent with one unit after the other taken through its range, decoded."""
    space = loaders.latent_space(name)
    autoencoder = loaders.bundle(name).autoencoder
    digit, unit, example = st.columns(3)
    with digit:
        chosen = _choose_digit(_("Digit to start from"), key="of", default="3")
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
    strength = effects(autoencoder, latents[0], space.span)
    rows = np.argsort(-strength, kind="stable")[:ROWS] if which == "strongest" else [int(which) - 1]
    title = _("Unit {unit}, from {low} to {high}")
    strips = []
    for row in rows:
        low, high = (signed(value, 1) for value in space.span[:, row])
        decoded = autoencoder.decode(swept(latents[0], row, space.span, STEPS))
        strips.append(strip(decoded, title.format(unit=row + 1, low=low, high=high)))
    st.html("".join(strips))
    return Drawn(marks=(Mark(at=_places(name, latents)[0], image=images[0].reshape(28, 28)),))


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
        figure(tile(test.x[i], alt=_("A {digit}").format(digit=test.y[i])), str(test.y[i]))
        for i in nearest(space.latents, latent[0], CLOSEST)[0]
    ]
    legend = _("The test digits with the nearest latents")
    right.html(f'<p class="kg-legend">{legend}</p><div class="kg-neighbours">{"".join(tiles)}</div>')
    return Drawn(marks=(Mark(at=_places(name, latent)[0], image=image),))


# What a visitor can do, in display order: each part shows its widgets and pictures, and returns what the map shows
# of them.
PARTS: Mapping[str, Callable[[str], Drawn]] = MappingProxyType(
    {"walk": walk_between, "units": turn_units, "drawing": place_drawing}
)


def choose_part() -> Callable[[str], Drawn]:
    """What to do in the latent space: one of PARTS."""
    titles = {
        "walk": _("Walk between two digits"),
        "units": _("Turn one unit"),
        "drawing": _("Place your drawing"),
    }
    return PARTS[switch(_("What to do"), titles, key="part", hidden=True)]


def choose_map(name: str) -> tuple[str, str | None]:
    """How the map is shown, "digits" or "grid", and which digit stands out: at first the one that was never seen."""
    views = {"digits": _("Digits"), "grid": _("Decoded")}
    digits = {"all": _("all"), **{str(digit): str(digit) for digit in DIGITS}}
    unseen = experiment_named(name).held_out
    usual = str(unseen[0]) if len(unseen) == 1 else "all"
    with st.container(key="plane_choices", horizontal=True, vertical_alignment="bottom"):
        view = switch(_("Map of"), views, key="view", hidden=True)
        bold = switch(_("Digit that stands out"), digits, key="bold", default=usual, hidden=True)
    return view, None if bold == "all" else bold


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
            _("Middle (x, y)"): f"({', '.join(signed(value, 2) for value in middle)})",
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


def _places(name: str, latents: Float) -> tuple[Point, ...]:
    """Where latents (n, k) lie on the map."""
    return tuple((x, y) for x, y in loaders.latent_space(name).plane.points(latents).tolist())
