"""Judged drawings as one labelled picture to print or to send."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from core.detection.judgement import Judgement
from core.views.tiles import grey, heat

_TILE, _GAP, _LINE, _MARGIN, _COLUMNS = 112, 8, 34, 40, 3
_INK, _QUIET = (27, 36, 43), (89, 100, 108)


def sheet_of(judged: Sequence[Judgement], captions: Sequence[str], *, heading: str, foot: str, most: float) -> bytes:
    """PNG on white: for each drawing what was given, what came back and the error map, over its caption.

    most: the error of a pixel that has the brightest colour.
    """
    block = (3 * _TILE + 2 * _GAP, _TILE + _LINE)
    columns = min(_COLUMNS, max(1, len(judged)))
    rows = -(-len(judged) // columns)
    width = 2 * _MARGIN + columns * block[0] + (columns - 1) * _MARGIN
    height = 2 * _MARGIN + 2 * _LINE + rows * (block[1] + _GAP) + _LINE
    page = Image.new("RGB", (max(width, 900), height), "white")
    pen = ImageDraw.Draw(page)
    pen.text((_MARGIN, _MARGIN), heading, font=_font(26), fill=_INK)
    for i, (each, caption) in enumerate(zip(judged, captions, strict=True)):
        left = _MARGIN + i % columns * (block[0] + _MARGIN)
        top = _MARGIN + 2 * _LINE + i // columns * (block[1] + _GAP)
        for j, pixels in enumerate(
            (grey(each.image), grey(each.reconstruction), heat(each.error_map / np.float32(most)))
        ):
            tile = Image.fromarray(pixels).convert("RGB").resize((_TILE, _TILE), Image.Resampling.NEAREST)
            page.paste(tile, (left + j * (_TILE + _GAP), top))
        pen.text((left, top + _TILE + 5), caption, font=_font(18), fill=_INK)
    pen.text((_MARGIN, height - _MARGIN - 14), foot, font=_font(16), fill=_QUIET)
    buffer = io.BytesIO()
    page.save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    """A font with Japanese. It comes with a package for matplotlib, which need not be loaded for it."""
    found = find_spec("matplotlib_fontja")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("matplotlib-fontja must be installed: it brings the font")
    return ImageFont.truetype(str(Path(found.submodule_search_locations[0]) / "fonts" / "ipaexg.ttf"), size)
