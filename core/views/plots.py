"""Small plots as inline SVG: they grow with the page's type, so that the back row of a hall can read them.

What they show must stand beside them as text; here is only a label for those who cannot see them.
"""

from collections.abc import Sequence
from html import escape

import numpy as np

from core.images.data import Bool, Float

# In units of the drawing: it is as wide as its place, and its letters are as high as the page's.
WIDTH, HEIGHT = 340, 150
_LEFT, _BOTTOM = 24, 24


def _svg(body: str, *, label: str, x: str, y: str, height: int = HEIGHT) -> str:
    """The plot's frame with its axes' names."""
    axes = (
        f'<path class="kg-axis" d="M{_LEFT} 4V{height - _BOTTOM}H{WIDTH - 2}"/>'
        f'<text x="{WIDTH - 2}" y="{height - 6}" text-anchor="end">{escape(x)} →</text>'
    )
    if y:
        axes += f'<text x="14" y="6" text-anchor="end" transform="rotate(-90 14 6)">{escape(y)} →</text>'
    return (
        f'<svg class="kg-plot" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label)}">'
        f"{axes}{body}</svg>"
    )


def _places(values: Float, low: float, high: float, start: float, end: float) -> Float:
    share = (np.asarray(values, np.float32) - low) / max(high - low, 1e-9)
    return np.asarray(start + np.clip(share, 0, 1) * (end - start), np.float32)


def curve(values: Sequence[float], *, at: int, label: str, x: str, y: str, height: int = 80) -> str:
    """A line through `values`, the first at 1; `at` of them (0 is before the first) are passed, and marked."""
    xs = _places(np.arange(1, len(values) + 1, dtype=np.float32), 0, len(values), _LEFT, WIDTH - 8)
    ys = _places(np.array(values, np.float32), 0, max(values), height - _BOTTOM, 10)
    points = [f"{a:.1f},{b:.1f}" for a, b in zip(xs, ys, strict=True)]
    here = float(_places(np.array([at], np.float32), 0, len(values), _LEFT, WIDTH - 8)[0])
    body = f'<polyline class="kg-faint" points="{" ".join(points)}"/>'
    if at:
        body += f'<polyline class="kg-line" points="{" ".join(points[:at])}"/>'
        body += f'<circle cx="{xs[at - 1]:.1f}" cy="{ys[at - 1]:.1f}" r="4"/>'
    body += f'<path class="kg-faint" d="M{here:.1f} 4V{height - _BOTTOM}"/>'
    return _svg(body, label=label, x=x, y=y, height=height)


def scatter(
    xs: Float, ys: Float, bold: Bool, *, line: float, label: str, x: str, y: str, name: str, ring: int | None = None
) -> str:
    """Points (n,) with some of them bold, and a threshold `line` at a height, with its `name`.

    Bold points are triangles above the line and discs up to it, in the colours of anomalous and normal. ring: the
    index of a point that is circled.
    """
    low_x, high_x = (float(q) for q in np.quantile(xs, (0.001, 0.999)))
    high_y = max(float(np.quantile(ys, 0.998)), 1.2 * line)
    px = _places(xs, low_x, high_x, _LEFT + 5, WIDTH - 6)
    py = _places(ys, 0, high_y, HEIGHT - _BOTTOM, 8)
    faint = "".join(f"M{a:.1f} {b:.1f}h0" for a, b in zip(px[~bold], py[~bold], strict=True))
    marks = []
    for a, b, value in zip(px[bold], py[bold], ys[bold], strict=True):
        if value > line:
            marks.append(f'<path class="kg-anomalous" d="M{a - 2.6:.1f} {b + 2:.1f}h5.2l-2.6 -4.8z"/>')
        else:
            marks.append(f'<circle class="kg-normal" cx="{a:.1f}" cy="{b:.1f}" r="2.2"/>')
    if ring is not None:
        marks.append(f'<circle class="kg-ring" cx="{px[ring]:.1f}" cy="{py[ring]:.1f}" r="7"/>')
    at = float(_places(np.array([line], np.float32), 0, high_y, HEIGHT - _BOTTOM, 8)[0])
    body = f'<path class="kg-dots" d="{faint}"/>{"".join(marks)}' + (
        f'<path class="kg-limit" d="M{_LEFT} {at:.1f}H{WIDTH}"/>'
        f'<text x="{_LEFT + 4}" y="{at - 5:.1f}">{escape(name)}</text>'
    )
    return _svg(body, label=label, x=x, y=y)


def hills(normal: Float, unseen: Float, *, line: float, label: str, x: str, names: tuple[str, str]) -> str:
    """How often each score occurs among normals (n,) and unseen (m,), with a threshold `line` between or in them."""
    both = np.concatenate([normal, unseen])
    low, high = (float(q) for q in np.quantile(both, (0.002, 0.995)))
    bins = np.linspace(low, high, 61)
    shapes = []
    for values, kind in ((normal, "normal"), (unseen, "anomalous")):
        # What lies beyond the ends is left out: gathered in the last bin, it would look like a hill of its own.
        counts = np.histogram(values, bins)[0] / len(values)
        counts = np.convolve(np.pad(counts, 2, mode="edge"), [0.1, 0.2, 0.4, 0.2, 0.1], mode="valid")
        shapes.append((counts, kind))
    tallest = max(float(counts.max()) for counts, _ in shapes)
    px = _places(((bins[1:] + bins[:-1]) / 2).astype(np.float32), low, high, _LEFT, WIDTH - 4)
    body = ""
    for (counts, kind), name, y in zip(shapes, names, (16, 34), strict=True):
        py = _places(counts.astype(np.float32), 0, tallest, HEIGHT - _BOTTOM, 40)
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(px, py, strict=True))
        body += (
            f'<polygon class="kg-hill kg-{kind}" points="{px[0]:.1f},{HEIGHT - _BOTTOM} {points} '
            f'{px[-1]:.1f},{HEIGHT - _BOTTOM}"/>'
            f'<text class="kg-{kind}" x="{WIDTH - 4}" y="{y}" text-anchor="end">{escape(name)}</text>'
        )
    at = float(_places(np.array([line], np.float32), low, high, _LEFT, WIDTH - 4)[0])
    body += f'<path class="kg-limit" d="M{at:.1f} 38V{HEIGHT - _BOTTOM}"/>'
    return _svg(body, label=label, x=x, y="")
