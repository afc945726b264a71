"""The network's shape: an encoder that tapers, its latent units, lit, and a decoder that widens again."""

import math
from collections.abc import Sequence

from core.images.data import Float

# In units of the shape's own height; where the layers' real widths span from 784 to 16, a linear scale would show
# nothing but the first of them.
_NARROWEST = 0.16


def heights(widths: Sequence[int], *, widest: int) -> list[float]:
    """Drawn heights (0, 1] of layers of these widths ≥ 1, on a logarithmic scale: `widest` is 1, one unit is 0.16."""
    return [_NARROWEST + (1 - _NARROWEST) * math.log(width) / math.log(widest) for width in widths]


def funnel(widths: Sequence[int], *, widest: int) -> str:
    """A drawing of two or more layers side by side, each as high as its width says, tapering from one to the next.

    It stretches to whatever box its style gives it, and is decorative: what it says must stand beside it as text.
    """
    tall = [100 * height for height in heights(widths, widest=widest)]
    across = [100 * i / (len(widths) - 1) for i in range(len(widths))]
    layers = list(zip(across, tall, widths, strict=True))
    outline = [f"{x:.1f}% {50 - y / 2:.1f}%" for x, y, _ in layers]
    outline += [f"{x:.1f}% {50 + y / 2:.1f}%" for x, y, _ in reversed(layers)]
    lines = "".join(f'<i style="--x:{x:.1f}%;--y:{y:.1f}%"></i>' for x, y, _ in layers)
    told = "".join(f'<span style="--x:{x:.1f}%">{width}</span>' for x, _, width in layers)
    shape = f'<div style="clip-path:polygon({",".join(outline)})"></div>'
    return f'<div class="kg-funnel" aria-hidden="true">{shape}{lines}{told}</div>'


def units(shares: Float | None, low: Float, high: Float, *, widest: int) -> str:
    """Latent units, each lit by its share (d,) in [0, 1] of its range low … high (d,); None leaves all of them dark."""
    lit = [0.0] * len(low) if shares is None else shares
    cells = "".join(
        f'<i class="kg-unit" style="--v:{share:.3f}" data-lo="{lo:.4g}" data-hi="{hi:.4g}"></i>'
        for share, lo, hi in zip(lit, low, high, strict=True)
    )
    columns = 2 ** int(math.log2(max(len(low) / 2, 1)) / 2)  # 16 units stand as 8 × 2, 128 as 16 × 8
    rows = math.ceil(len(low) / columns)
    tall = heights([len(low)], widest=widest)[0]
    return f'<div class="kg-units" style="--columns:{columns};--rows:{rows};--tall:{tall:.3f}">{cells}</div>'
