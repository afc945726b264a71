"""Figures to print: arrays in, a matplotlib figure or its file out, with a font that knows Japanese.

Matplotlib takes most of a second to import, so it is imported when a figure is asked for.
"""

import io
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from core.images.data import UInt8

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Formats with their media types.
FORMATS: Mapping[str, str] = MappingProxyType({"png": "image/png", "pdf": "application/pdf", "svg": "image/svg+xml"})
COLUMNS = 10


def image_rows(rows: Mapping[str, Sequence[UInt8]], *, captions: Sequence[str], title: str) -> "Figure":
    """The same n images in several ways, one row for each, ten images wide and in as many blocks as it takes.

    rows: by title, n pictures (28, 28) grey or (28, 28, 3) each. captions: n, under the last row of each block.
    """
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib_fontja import get_font_ttf_path

    font = FontProperties(fname=get_font_ttf_path())
    n, width = len(captions), min(COLUMNS, len(captions))
    blocks = -(-n // COLUMNS)
    figure = Figure(figsize=(1.5 + 0.75 * width, 0.5 + blocks * (0.75 * len(rows) + 0.35)), layout="constrained")
    figure.suptitle(title, fontproperties=font, fontsize=12)
    axes = figure.subplots(blocks * len(rows), width, squeeze=False)
    for axis in axes.flat:
        axis.set_axis_off()
    for block in range(blocks):
        for r, (name, pictures) in enumerate(rows.items()):
            line = axes[block * len(rows) + r]
            line[0].text(-0.15, 0.5, name, transform=line[0].transAxes, ha="right", va="center", fontproperties=font)
            for axis, i in zip(line, range(block * COLUMNS, n), strict=False):
                axis.imshow(pictures[i], cmap="gray", vmin=0, vmax=255, interpolation="nearest")
                if r == len(rows) - 1:
                    axis.text(
                        0.5, -0.08, captions[i], transform=axis.transAxes, ha="center", va="top", fontproperties=font
                    )
    return figure


def to_file(figure: "Figure", kind: str) -> bytes:
    """The figure as a file of that kind, a name in FORMATS."""
    if kind not in FORMATS:
        raise ValueError(f"kind must be one of {', '.join(FORMATS)}, got {kind!r}")
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, dpi=200)
    return buffer.getvalue()
