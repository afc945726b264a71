"""Images as HTML tiles: sharp at any size, wrapping on a phone, with text for those who cannot see them.

A tile is a few hundred bytes inside its page, so a grid is one message to the browser and needs no request.
"""

import base64
import io
from collections.abc import Sequence
from html import escape

import numpy as np
from PIL import Image

from core.images.data import Float, UInt8
from core.views.mosaics import mosaic

# matplotlib's "inferno" at nine even steps: perceptually uniform, readable by colour-blind eyes, and black
# where nothing is wrong. Interpolated here because importing matplotlib costs a page a third of a second.
_INFERNO = np.array(
    [
        (0, 0, 4), (31, 12, 72), (85, 15, 109), (136, 34, 106), (186, 54, 85),
        (227, 89, 51), (249, 140, 10), (249, 201, 50), (252, 255, 164),
    ]
)  # fmt: skip
_STEPS = np.linspace(0, 1, len(_INFERNO))


def grey(image: Float) -> UInt8:
    """Ink in [0, 1] (h, w) as white on black: (h, w) uint8."""
    return np.asarray(np.rint(np.clip(image, 0, 1) * 255), np.uint8)


def heat(error: Float) -> UInt8:
    """Errors in [0, 1] (h, w) on the fixed sequential scale: (h, w, 3) uint8, black at 0."""
    channels = [np.interp(error, _STEPS, _INFERNO[:, c]) for c in range(3)]
    return np.asarray(np.rint(np.stack(channels, axis=-1)), np.uint8)


# Two hues that colour-blind eyes tell apart and that stand for nothing else here; black where nothing differs.
MISSING, INVENTED = (255, 176, 0), (120, 148, 255)


def signed(difference: Float) -> UInt8:
    """Differences in [−1, 1] (h, w) on the fixed diverging scale: (h, w, 3) uint8, black at 0.

    Above 0 is ink that is missing from what came back, below 0 ink that it invented.
    """
    strength = np.clip(np.abs(difference), 0, 1)[..., np.newaxis]
    hue = np.where(difference[..., np.newaxis] > 0, MISSING, INVENTED)
    return np.asarray(np.rint(strength * hue), np.uint8)


def tile(pixels: UInt8, *, alt: str) -> str:
    """An <img> that holds its pixels (h, w) or (h, w, 3) as PNG, scaled without smoothing by its style."""
    return f'<img class="kg-tile" src="{data_url(pixels)}" alt="{escape(alt)}">'


def data_url(pixels: UInt8) -> str:
    """Pixels (h, w) or (h, w, 3) as an address that holds their PNG."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def sheet(images: UInt8, *, columns: int) -> UInt8:
    """Images (n, h, w) beside and below each other, row by row, on one black sheet; n ≥ 1."""
    n, h, w = images.shape
    rows = -(-n // columns)
    padded = np.concatenate([images, np.zeros((rows * columns - n, h, w), np.uint8)])
    return padded.reshape(rows, columns, h, w).swapaxes(1, 2).reshape(rows * h, columns * w)


_CLEAR = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


def blank() -> str:
    """A tile with nothing on it, of the same kind as all others: whatever comes next takes its place."""
    return f'<img class="kg-tile kg-blank" src="{_CLEAR}" alt="">'


def figure(picture: str, caption: str, *, kind: str = "") -> str:
    """A picture (HTML) over its caption (text)."""
    return f'<figure class="kg-figure {kind}">{picture}<figcaption>{escape(caption)}</figcaption></figure>'


def strip(images: Float | UInt8, caption: str) -> str:
    """A row of images (n, 784) or (n, 28, 28) in one picture under its caption (text), which also stands for it."""
    row = mosaic(images.reshape(-1, 28, 28), columns=len(images), gap=1)
    return f'<figure class="kg-film"><figcaption>{escape(caption)}</figcaption>{tile(row, alt=caption)}</figure>'


def image_row(images: Float, captions: Sequence[str], *, title: str, small: str = "", total: str) -> str:
    """Images (n, 784), n ≤ 7, each over its caption, in a row behind its title, with `total` (HTML) at its end.

    title, which also stands for each image, small, below it, and captions are text.
    """
    figures = "".join(
        f"<figure>{tile(grey(image.reshape(28, 28)), alt=title)}<figcaption>{escape(caption)}</figcaption></figure>"
        for image, caption in zip(images, captions, strict=True)
    )
    name = f"<b>{escape(title)}</b>" + (f"<small>{escape(small)}</small>" if small else "")
    return f'<div class="kg-row"><p>{name}</p>{figures}<p class="kg-total">{total}</p></div>'
