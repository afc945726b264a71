"""The map of a latent plane: one component, in which hovering shows what the decoder makes of each place.

The browser answers the pointer and the arrow keys; Python hears of a place once it is chosen.
"""

import base64
import io
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image

from core.images.data import Float, UInt8
from core.models.bundle import LITERT
from core.models.latent import Plane
from core.models.weights import Dense, dense_layers, pack
from core.ui.shared import loaders
from core.ui.shared.language import _
from core.ui.shared.media import media_address
from core.views.mosaics import mosaic
from core.views.tiles import grey

# Test digits on the map: the first ones of MNIST's test images, as many as numerals can be told apart.
SHOWN = 2000
COLUMNS = 50
# Decoded tiles along each side of the plane.
TILES = 24

Point = tuple[float, float]
"""A place on the plane, x to the right and y upwards, in the plane's own units."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A place on the map that is not one of its digits.

    at: the point on the plane.
    image: (28, 28) in [0, 1] to stand there, or None for a square.
    """

    at: Point
    image: Float | None = None


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What is drawn on the map besides its digits.

    path: corners of a line, none where it is empty.
    """

    path: tuple[Point, ...] = ()
    marks: tuple[Mark, ...] = ()


@cache
def _file(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def plane_map(name: str, drawn: Drawn, *, view: str, highlight: str | None) -> None:
    """Show the map of the bundle `name`. The point that is chosen on it stands in the address.

    view: "digits" for numerals, "grid" for the decoded plane.
    highlight: the digit that stands out.
    """
    space = loaders.latent_space(name)
    plane, decoder = space.plane, _decoder(name)
    labels = loaders.test_images().y[:SHOWN]
    component = st.components.v2.component(
        "kagami_plane",
        html=_file("plane.html"),
        js=f"{_file('../shared/network.js')}\n{_file('plane.js')}",
        isolate_styles=False,
    )
    component(
        key="plane",
        data={
            "name": name,
            "points": _base64(_on_map(plane, plane.points(space.latents[:SHOWN]))),
            "labels": "".join(map(str, labels)),
            "digits": media_address(_digits(), "image/png", "kagami_plane_digits"),
            "columns": COLUMNS,
            "atlas": media_address(_atlas(name), "image/png", "kagami_plane_atlas"),
            "decoder": decoder and media_address(decoder, "application/gzip", "kagami_plane_decoder"),
            "tiles": TILES,
            "low": plane.low.tolist(),
            "high": plane.high.tolist(),
            "pin": _asked() or ((plane.low + plane.high) / 2).tolist(),
            "view": view,
            "highlight": highlight,
            "path": drawn.path,
            "marks": [
                {"at": mark.at, "pixels": None if mark.image is None else _base64(grey(mark.image))}
                for mark in drawn.marks
            ],
            "text": {
                "map": _("Map of {n} test digits, each as its numeral. Arrow keys move the point.").format(n=SHOWN),
                "role": _("map"),
                "decoded": _("Decoded at ({x}, {y})"),
                "nearest": _("The nearest test digit, a {digit}"),
                "announcement": _("Point ({x}, {y}). The nearest test digit is a {digit}."),
            },
        },
        on_point_change=_choose,
    )


def _choose() -> None:
    match st.session_state["plane"].get("point"):
        case [int() | float() as x, int() | float() as y]:
            st.query_params["point"] = f"{x:.3f},{y:.3f}"


def _asked() -> Point | None:
    """The point in the address, if one stands there."""
    try:
        x, y = map(float, st.query_params.get("point", "").split(","))
    except ValueError:
        return None
    return (x, y) if math.isfinite(x) and math.isfinite(y) else None


def _on_map(plane: Plane, points: Float) -> Float:
    """Points (n, 2) of the plane as shares of the map's side from its top left; those beyond lie on its border."""
    share = (plane.within(points) - plane.low) / (plane.high - plane.low)
    share[:, 1] = 1 - share[:, 1]
    return np.asarray(share, np.float32)


@st.cache_resource(show_spinner=False)
def _digits() -> bytes:
    return _png(mosaic(loaders.test_images().x[:SHOWN], columns=COLUMNS))


@loaders.OfBundle
def _atlas(name: str) -> bytes:
    plane = loaders.latent_space(name).plane
    decoded = loaders.bundle(name).autoencoder.decode(plane.latents(plane.lattice(TILES)))
    return _png(mosaic(decoded.reshape(-1, 28, 28), columns=TILES))


def _png(pixels: UInt8) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG")
    return buffer.getvalue()


@loaders.OfBundle
def _decoder(name: str) -> bytes | None:
    """From a point of the plane to an image, packed for the browser; None where it cannot run there."""
    loaded, plane = loaders.bundle(name), loaders.latent_space(name).plane
    layers = dense_layers(loaded.path / LITERT)
    if layers is None:
        return None
    latent = [layer.name for layer in layers].index("latent")
    # The way back from the plane to the latent space is one more dense layer.
    return pack((Dense(weights=plane.axes.T, bias=plane.origin, name="latent"), *layers[latent + 1 :]))


def _base64(array: Float | UInt8) -> str:
    return base64.b64encode(array.tobytes()).decode()
