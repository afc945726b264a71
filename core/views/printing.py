"""Pages to print: a title, text that is wrapped to the page, and room for a figure; and what the talk draws in it.

Lengths of pages are inches, sizes of type points. Everything is drawn with the font of matplotlib-fontja, which knows
Japanese; importing it makes it matplotlib's own. Both are imported when a page is asked for.
"""

import io
import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from PIL import ImageFont

from core.detection.curves import curves
from core.images.data import Bool, Float, UInt8
from core.views.mosaics import mosaic
from core.views.network import heights
from core.views.signs import ICONS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

# A4, lying.
WIDTH, HEIGHT = 11.69, 8.27
MARGIN = 0.7
TITLE, LEAD, PROSE, SMALL = 25, 15, 10.5, 9.5
LEADING = 1.5
# The colours of base.css on paper.
INK, QUIET, LINE = "#1b242b", "#5b6770", "#c5cdd2"
NORMAL, ANOMALOUS = "#006b66", "#b8321a"
# Between images in a row, and between rows, in their pixels.
GAP, BETWEEN = 2, 8

# A number stays with its per cent, a Latin word whole; Japanese may break between any two characters …
_PIECES = re.compile(r"[\d.]+ %|[^\s\u3000-\u9fff\uff00-\uffef]+|\s+|.")
# … except before what closes and after what opens (JIS X 4051).
_NOT_FIRST = set("、。，．・：；？！）」』】ー〜々ぁぃぅぇぉっゃゅょァィゥェォッャュョ")
_NOT_LAST = set("（「『【")
_RULER = 100


@cache
def _ruler() -> ImageFont.FreeTypeFont:
    from matplotlib_fontja import get_font_ttf_path

    return ImageFont.truetype(get_font_ttf_path(), _RULER)


def wrapped(text: str, *, size: float, width: float) -> list[str]:
    """The text in lines that are at most `width` inches wide in type of `size` points.

    A single word that is wider stands alone in its line.
    """
    widest = width * 72 / size * _RULER
    lines, line = [], ""
    for piece in _unbreakable(text):
        if line and _ruler().getlength((line + piece).rstrip()) > widest:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()] if line.strip() else lines


def _unbreakable(text: str) -> list[str]:
    pieces: list[str] = []
    for piece in _PIECES.findall(text):
        if pieces and (piece[0] in _NOT_FIRST or pieces[-1][-1] in _NOT_LAST):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces


def page(title: str, lead: str, prose: Sequence[str], *, foot: tuple[str, str]) -> "tuple[Figure, SubFigure]":
    """A page with its text, and the part of it that is free for a figure.

    lead: under the title. prose: paragraphs under the figure. foot: small, at the left and at the right end.
    """
    import matplotlib_fontja  # noqa: F401 - its import sets the font
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, HEIGHT), facecolor="white")
    across = WIDTH - 2 * MARGIN

    def write(lines: Sequence[str], top: float, size: float, colour: str = INK) -> float:
        for line in lines:
            figure.text(MARGIN / WIDTH, top / HEIGHT, line, size=size, color=colour, va="top", parse_math=False)
            top -= size * LEADING / 72
        return top

    below = write(wrapped(title, size=TITLE, width=across), HEIGHT - MARGIN, TITLE)
    below = write(wrapped(lead, size=LEAD, width=across), below - 0.05, LEAD)
    told = list(chain.from_iterable(wrapped(paragraph, size=PROSE, width=across) for paragraph in prose))
    above = MARGIN + 0.1 + len(told) * PROSE * LEADING / 72
    write(told, above, PROSE, QUIET)
    for x, side, text in zip((MARGIN / WIDTH, 1 - MARGIN / WIDTH), ("left", "right"), foot, strict=True):
        figure.text(x, 0.4 / HEIGHT, text, size=SMALL, color=QUIET, ha=side, va="center")

    # The grid is only there to give the free part its place: above and below it lies the text.
    rows = [HEIGHT - below + 0.05, below - above - 0.25, above + 0.2]
    grid = figure.add_gridspec(
        3, 3, height_ratios=rows, width_ratios=[MARGIN, across, MARGIN], left=0, right=1, top=1, bottom=0,
        hspace=0, wspace=0,
    )  # fmt: skip
    return figure, figure.add_subfigure(grid[1, 1])


def beside(room: "SubFigure", *widths: float) -> "list[SubFigure]":
    """The room divided into parts of these relative widths, from left to right."""
    return list(np.ravel(np.asarray(room.subfigures(1, len(widths), width_ratios=widths))))


def to_pdf(pages: Sequence["Figure"], *, title: str) -> bytes:
    """The pages as one PDF, the same for the same pages: it holds no date."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_pdf import PdfPages

    buffer = io.BytesIO()
    # Type 42 keeps the letters as letters, to search and to copy.
    with (
        rc_context({"pdf.fonttype": 42}),
        PdfPages(buffer, metadata={"Title": title, "CreationDate": None}) as file,
    ):
        for figure in pages:
            file.savefig(figure)
    return buffer.getvalue()


def rows_of_images(room: "SubFigure", rows: Mapping[str, UInt8 | Float], *, marks: Sequence[str] = ()) -> None:
    """Rows of images (n, 28, 28) under one another, each behind its name; marks: n texts under the last row.

    A mark that begins with ▲ or ● has the colour of its kind.
    """
    axis = room.subplots(gridspec_kw={"left": 0.17, "right": 1, "bottom": 0.04, "top": 0.95})
    below, across = 0, 1
    for name, images in rows.items():
        pixels = mosaic(images, columns=len(images), gap=GAP)
        high, across = pixels.shape
        axis.imshow(
            pixels, cmap="gray", vmin=0, vmax=255, interpolation="nearest", extent=(0, across, below + high, below)
        )
        axis.text(-4, below + high / 2, name, ha="right", va="center", size=SMALL + 1, color=INK)
        below += high + BETWEEN
    for i, mark in enumerate(marks):
        axis.text(i * (28 + GAP) + 14, below - BETWEEN + 2, mark, ha="center", va="top", size=SMALL, color=_kind(mark))
    axis.set(xlim=(0, across), ylim=(below if marks else below - BETWEEN, 0))
    axis.set_axis_off()


def through_network(
    room: "SubFigure", image: Float, lit: Float, rebuilt: Float, *, captions: tuple[str, str, str]
) -> None:
    """An image (28, 28), the latent units, lit by their shares (d,) in [0, 1], between two funnels, and the image."""
    axes = room.subplots(
        1, 5, gridspec_kw={"width_ratios": [3, 2, 1, 2, 3], "left": 0.06, "right": 0.94, "bottom": 0.14, "wspace": 0.06}
    )
    columns = 2 ** int(np.log2(max(len(lit) / 2, 1)) / 2)
    cells = np.full(-(-len(lit) // columns) * columns, np.nan, np.float32)
    cells[: len(lit)] = lit
    for axis, pixels in zip(axes[::2], (image, cells.reshape(-1, columns), rebuilt), strict=True):
        _picture(axis, pixels)
    tall, narrow = (height / 2 for height in heights([image.size, len(lit)], widest=image.size))
    for axis, (left, right) in zip(axes[1::2], ((tall, narrow), (narrow, tall)), strict=True):
        axis.fill([0, 1, 1, 0], [left, right, -right, -left], color=LINE, alpha=0.6, linewidth=0)
        axis.set(xlim=(-0.1, 1.1), ylim=(-0.5, 0.5), aspect=2)
        axis.set_axis_off()
    for axis, caption in zip(axes[::2], captions, strict=True):
        axis.set_title(caption, y=-0.02, va="top", size=SMALL + 1.5, color=INK, pad=0)


def loss_curve(room: "SubFigure", loss: Sequence[float], *, x: str, y: str) -> None:
    """The loss after each epoch, the first at 1."""
    axis = _plot(room, x, y)
    axis.plot(range(1, len(loss) + 1), loss, color=INK, linewidth=1.8)
    axis.set_ylim(0, None)


def histogram(room: "SubFigure", normal: Float, unseen: Float, *, line: float, x: str, names: Sequence[str]) -> None:
    """How often each score occurs among normals (n,) and unseen (m,), and the threshold.

    names: of normals, of unseen, and of the threshold.
    """
    axis = _plot(room, x, "")
    low, high = np.quantile(np.concatenate([normal, unseen]), (0.001, 0.995))
    bins = np.linspace(low, high, 61)
    for values, colour, name in zip((normal, unseen), (NORMAL, ANOMALOUS), names, strict=False):
        counts = np.histogram(values, bins)[0] / len(values)
        axis.stairs(counts, bins, fill=True, color=colour, alpha=0.45, label=name)
        axis.stairs(counts, bins, color=colour, linewidth=1.2)
    axis.axvline(line, ymax=0.78, color=INK, linestyle=(0, (5, 4)), linewidth=1.4, label=names[2])
    axis.set_yticks([])
    axis.set_ylim(0, 1.3 * axis.dataLim.ymax)  # the legend stands above the hills
    _legend(axis)


def ink_and_error(
    room: "SubFigure", ink: Float, error: Float, unseen: Bool, *, line: float, x: str, y: str, names: Sequence[str]
) -> None:
    """Errors (n,) over ink (n,), normal and unseen apart by mark and colour; names as in `histogram`."""
    axis = _plot(room, x, y)
    for which, colour, mark, name in ((~unseen, NORMAL, "o", names[0]), (unseen, ANOMALOUS, "^", names[1])):
        axis.scatter(ink[which], error[which], s=11, c=colour, marker=mark, alpha=0.55, linewidths=0, label=name)
    axis.axhline(line, color=INK, linestyle=(0, (5, 4)), linewidth=1.4, label=names[2])
    _legend(axis)


def roc(room: "SubFigure", detectors: Mapping[str, tuple[Float, Float, float]], *, x: str, y: str, point: str) -> None:
    """The ROC of detectors by name: scores of normals (n,), of unseen (m,), and the threshold that is marked.

    point: what the marks are called.
    """
    axis = _plot(room, x, y)
    for (name, (normal, unseen, line)), style in zip(detectors.items(), ((0, (4, 2)), "-"), strict=True):
        found = curves(normal, unseen)
        axis.plot(found.false_alarms, found.detection, color=INK, linestyle=style, linewidth=1.6, label=name)
        at = (float((normal > line).mean()), float((unseen > line).mean()))
        axis.plot(*at, "o", color=INK, markersize=7, label=point if style == "-" else None)
    axis.set(xlim=(-0.02, 1), ylim=(0, 1.03))
    axis.legend(loc="lower right", frameon=False, fontsize=SMALL, labelcolor=INK)


def judged(room: "SubFigure", title: str, images: Mapping[str, UInt8 | Float], *, verdict: str, line: str) -> None:
    """A detector's images (28, 28) or (28, 28, 3) by name, its verdict in the colour of its kind, and a line below."""
    room.text(0.5, 0.97, title, ha="center", va="top", size=LEAD - 1, color=INK)
    axes = room.subplots(1, len(images), gridspec_kw={"left": 0.03, "right": 0.97, "bottom": 0.3, "top": 0.86})
    for axis, (name, pixels) in zip(axes, images.items(), strict=True):
        _picture(axis, pixels)
        axis.set_anchor("S")
        axis.set_title(name, y=-0.03, va="top", size=SMALL, color=QUIET, pad=0)
    room.text(0.5, 0.14, verdict, ha="center", va="center", size=LEAD, color=_kind(verdict))
    room.text(0.5, 0.04, line, ha="center", va="center", size=SMALL, color=QUIET)


def plane(room: "SubFigure", tiles: Float, *, caption: str) -> None:
    """A square plane, decoded at k × k places (k², 28, 28), row by row from the top left."""
    axis = room.subplots(gridspec_kw={"left": 0, "right": 1, "bottom": 0.07, "top": 1})
    _picture(axis, mosaic(tiles, columns=round(len(tiles) ** 0.5)))
    axis.set_title(caption, y=-0.02, va="top", size=SMALL, color=QUIET, pad=0)


def numerals(room: "SubFigure", points: Float, labels: UInt8, *, low: Float, high: Float, x: str, y: str) -> None:
    """Images' places (n, 2) on the plane, each as the digit that it is, between the corners `low` and `high`."""
    axis = _plot(room, x, y)
    axis.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    shades = _digit_colours()
    for (across, up), digit in zip(points, labels, strict=True):
        axis.text(across, up, str(digit), size=7, color=shades[digit], ha="center", va="center", clip_on=True)


def _digit_colours() -> list[tuple[float, ...]]:
    from matplotlib import colormaps

    return [tuple(0.75 * channel for channel in colour[:3]) for colour in colormaps["tab10"](range(10))]


def _kind(text: str) -> str:
    return {ICONS["anomalous"]: ANOMALOUS, ICONS["normal"]: NORMAL}.get(text[:1], QUIET)


def _picture(axis: "Axes", pixels: UInt8 | Float) -> None:
    axis.imshow(pixels, cmap="gray", vmin=0, vmax=255 if pixels.dtype == np.uint8 else 1, interpolation="nearest")
    axis.set_axis_off()


def _plot(room: "SubFigure", x: str, y: str) -> "Axes":
    axis = room.subplots(gridspec_kw={"left": 0.18 if y else 0.06, "right": 0.97, "bottom": 0.17, "top": 0.97})
    axis.spines[["top", "right"]].set_visible(False)
    axis.spines[["left", "bottom"]].set_color(LINE)
    axis.tick_params(colors=QUIET, labelsize=SMALL - 1.5, length=3)
    axis.set_xlabel(x, size=SMALL, color=QUIET)
    axis.set_ylabel(y, size=SMALL, color=QUIET)
    return axis


def _legend(axis: "Axes") -> None:
    axis.legend(loc="upper right", markerscale=2, frameon=False, fontsize=SMALL, labelcolor=INK)
