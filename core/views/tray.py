"""Saved drawings as files: JSON that can be read back, CSV for a spreadsheet, and a labelled sheet as PNG.

Nothing here knows a page. What a file holds is checked and bounded like any other input.
"""

from __future__ import annotations

import base64
import binascii
import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from core.detection.judgement import Judgement
from core.errors import KagamiError
from core.images import share
from core.images.data import UInt8
from core.images.strokes import Stroke
from core.views.signs import kind
from core.views.tiles import grey, heat

FORMAT, VERSION = "kagami-tray", 1
MOST = 60
"""Drawings that a tray holds."""
_LONGEST = 1_000_000  # characters of a file

COLUMNS = ("number", "character", "experiment", "measure", "score", "threshold", "verdict", "above", "p_value")
"""Of the CSV: `measure` names the score, `verdict` is normal or anomalous, `above` the share of normals with less."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Saved:
    """A drawing as it was when it was saved.

    number: from 1 up, in the order in which they were saved.
    strokes: empty where it was only a picture.
    character: the preset that it was, if it was one.
    image: (28, 28) uint8, what the models see.
    """

    number: int
    strokes: tuple[Stroke, ...]
    character: str = ""
    image: UInt8

    @cached_property
    def code(self) -> str:
        """The strokes as in an address, written once; empty where they are too long: the image remains."""
        try:
            return share.encode(self.strokes)
        except KagamiError:
            return ""


@dataclass(frozen=True, kw_only=True)
class Judge:
    """Who judged: the experiment's name and the score's."""

    experiment: str
    score: str


def to_json(saved: Sequence[Saved], judged: Sequence[Judgement] = (), judge: Judge | None = None) -> str:
    """A file that :func:`from_json` reads, with the verdicts where there are any."""
    drawings: list[dict[str, Any]] = []
    for each in saved:
        drawings.append(
            {
                "number": each.number,
                "character": each.character,
                "strokes": each.code,
                "image": base64.b64encode(each.image.tobytes()).decode("ascii"),
            }
        )
    for entry, found in zip(drawings, judged, strict=False):
        entry |= {
            "score": round(found.score, 6),
            "threshold": round(found.threshold, 6),
            "verdict": kind(found.anomalous),
            "above": round(found.above, 6),
            "p_value": round(found.p_value, 6),
        }
    head = {"format": FORMAT, "version": VERSION}
    if judge:
        head |= {"experiment": judge.experiment, "measure": judge.score}
    return json.dumps({**head, "drawings": drawings}, ensure_ascii=False)


def from_json(text: str) -> tuple[Saved, ...]:
    """The drawings of a file that :func:`to_json` wrote, numbered anew; its verdicts are left out.

    Raises KagamiError: code ``tray_damaged``: not such a file, too long, or more than :data:`MOST` drawings.
    """
    if len(text) > _LONGEST:
        raise _damaged(f"it has {len(text)} characters, and may have {_LONGEST}")
    try:
        data = json.loads(text)
        if data["format"] != FORMAT or data["version"] != VERSION:
            raise _damaged(f"format and version must be {FORMAT} and {VERSION}")
        drawings = data["drawings"]
        if not isinstance(drawings, list) or len(drawings) > MOST:
            raise _damaged(f"it must hold a list of at most {MOST} drawings")
        return tuple(_one(number, entry) for number, entry in enumerate(drawings, 1))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        if isinstance(error, KagamiError) and error.code == "tray_damaged":
            raise
        raise _damaged("it is not what Kagami writes") from error


def _one(number: int, entry: dict[str, Any]) -> Saved:
    code, character = entry["strokes"], entry["character"]
    if not (isinstance(code, str) and isinstance(character, str) and len(character) <= 20):
        raise _damaged("strokes and character must be texts")
    try:
        pixels = base64.b64decode(entry["image"], validate=True)
    except binascii.Error as error:
        raise _damaged("an image must be base64") from error
    if len(pixels) != 28 * 28:
        raise _damaged("an image must have 28 times 28 bytes")
    image = np.frombuffer(pixels, np.uint8).reshape(28, 28)
    return Saved(number=number, strokes=share.decode(code) if code else (), character=character, image=image)


def to_csv(saved: Sequence[Saved], judged: Sequence[Judgement], judge: Judge) -> bytes:
    """One line a drawing, with the :data:`COLUMNS`; UTF-8 with the mark by which Excel knows it."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for each, found in zip(saved, judged, strict=True):
        numbers = (f"{number:.6g}" for number in (found.score, found.threshold))
        rest = (kind(found.anomalous), f"{found.above:.4f}", f"{found.p_value:.4f}")
        writer.writerow([each.number, each.character, judge.experiment, judge.score, *numbers, *rest])
    return lines.getvalue().encode("utf-8-sig")


def _damaged(rule: str) -> KagamiError:
    return KagamiError("tray_damaged", f"This file of drawings cannot be read: {rule}.")


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
