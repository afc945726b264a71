"""Presets as a test draws them, and how far two images are apart."""

import numpy as np

from core.images.strokes import characters, draw


def drawn(name, *, size=336, pen=20.0, scale=1.0, right=0.0, down=0.0):
    """A preset around the middle of the canvas, scaled and moved; the pen scales with it."""
    strokes = [
        [(0.5 + (x - 0.5) * scale + right, 0.5 + (y - 0.5) * scale + down) for x, y in stroke]
        for stroke in characters()[name].strokes
    ]
    return draw(strokes, size=size, pen=pen * scale * size / 336)


def difference(one, other):
    return float(np.abs(one - other).mean())
