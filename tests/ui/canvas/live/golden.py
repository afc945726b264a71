"""What Python says of a few drawings: `python tests/ui/canvas/live/golden.py` writes golden.json beside it.

The file holds each drawing's pixels as they are on the canvas, so that the browser sees the same ones. Write it again
after a change of `core.images.handwriting`, of the shipped bundles, or of the drawings below.
"""

import base64
import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent.parent.parent.parent.parent))

from core.detection.scores import bce, mae, mse
from core.detection.seen import Knowledge, Seen
from core.errors import KagamiError
from core.images.handwriting import ink_of_canvas, prepare
from core.images.strokes import SIZE, characters, draw
from core.models.bundle import load_bundle

GOLDEN = Path(__file__).with_name("golden.json")
BUNDLES = ("kagami-all", "article-all")
SCORES = {"mae": mae, "mse": mse, "bce": bce}


def moved(name: str, *, scale: float, x: float, y: float) -> list[list[tuple[float, float]]]:
    """A preset's strokes, `scale` times their size, their upper left corner at (x, y)."""
    return [[(x + scale * u, y + scale * v) for u, v in stroke] for stroke in characters()[name].strokes]


def preset(name: str) -> list[list[tuple[float, float]]]:
    """A preset's strokes."""
    return moved(name, scale=1, x=0, y=0)


A_DOT = [[(0.5, 0.5), (0.5, 0.502)]]
# Strokes and the width of their pen, on a canvas of SIZE pixels.
DRAWINGS: dict[str, tuple[list[list[tuple[float, float]]], float]] = {
    "A": (preset("A"), 20),
    "1": (preset("1"), 20),
    "8": (preset("8"), 20),
    "7 with a hairline": (preset("7"), 1),
    "A with a thin pen": (preset("A"), 5),
    "8 with a thick pen": (preset("8"), 46),
    "3 with a very thick pen": (preset("3"), 70),
    "2, tiny, in a corner": (moved("2", scale=0.16, x=0.02, y=0.8), 4),
    "4 over the edge": (moved("4", scale=1.2, x=-0.2, y=-0.15), 24),
    "5 with specks": ([*preset("5"), [(0.03, 0.03), (0.032, 0.03)], [(0.97, 0.9), (0.97, 0.903)]], 9),
    "half an A": ([stroke[: 2 + len(stroke) // 2] for stroke in preset("A")[:1]], 20),
    "a stroke": ([[(0.2, 0.5), (0.8, 0.52)]], 20),
    "a scribble": (preset("scribble"), 20),
    "blank": ([], 20),
    "a dot": (A_DOT, 30),
    "too small": (A_DOT, 8),
    "filled": ([[(0.0, y), (1.0, y)] for y in np.linspace(0, 1, 12)], 30),
}


def pixels(strokes: list[list[tuple[float, float]]], pen: float) -> npt.NDArray[np.uint8]:
    """The canvas (SIZE, SIZE) uint8, white strokes on black."""
    return np.asarray(np.rint(draw(strokes, size=SIZE, pen=pen) * 255), np.uint8)


def packed(values: npt.NDArray[np.float32]) -> str:
    """Numbers in [0, 1] as base64 of uint16, 65535 is 1."""
    return base64.b64encode(np.rint(values.ravel() * 65535).astype("<u2").tobytes()).decode()


def vectors(canvas: npt.NDArray[np.uint8]) -> dict[str, Any]:
    """What Python says of a canvas (SIZE, SIZE) uint8: a refusal's code, or the image and each bundle's answers."""
    rgba = np.dstack([canvas] * 3 + [np.full_like(canvas, 255)])
    try:
        image = prepare(ink_of_canvas(rgba, background=(0, 0, 0))).image
    except KagamiError as error:
        return {"refusal": error.code}
    answers = {}
    for name in BUNDLES:
        seen = Seen(image.reshape(1, -1), load_bundle(name).autoencoder, Knowledge())
        answers[name] = {
            "latent": [round(float(unit), 5) for unit in seen.answers["latent"][0]],
            "reconstruction": packed(seen.reconstruction[0]),
            **{score: float(f"{compute(seen)[0]:.6g}") for score, compute in SCORES.items()},
        }
    return {"refusal": "", "image": packed(image), "answers": answers}


def png(canvas: npt.NDArray[np.uint8]) -> str:
    """The canvas as base64 of a PNG."""
    file = io.BytesIO()
    Image.fromarray(canvas).save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def main() -> None:
    """Write the file."""
    cases = {}
    for name, (strokes, pen) in DRAWINGS.items():
        canvas = pixels(strokes, pen)
        cases[name] = {"canvas": png(canvas), **vectors(canvas)}
    GOLDEN.write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
