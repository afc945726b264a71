"""Does the pen decide the verdict? False alarms on MNIST's test digits, redrawn with pens of several widths.

`python tests/benchmarks/pens.py`, from the repository's folder. Seed 0; 500 digits that no detector learnt from.
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from core.detection.detector import Detector
from core.detection.thresholds import Threshold
from core.images.data import flatten, load_mnist
from core.images.handwriting import prepare
from core.images.pens import lines, placed
from core.images.strokes import SIZE, draw
from core.models.bundle import load_bundle

WIDTHS = (5, 10, 15, 20, 30, 40)


def main() -> None:
    """Print a row for each detector: realised false alarms at 5 % wanted, by the pen's width on Kagami's canvas."""
    digits = np.random.default_rng(0).choice(load_mnist("test").x, 500, replace=False)
    detectors = {
        name: Detector.of(load_bundle(name), threshold=Threshold(rule="conformal", false_alarms=0.05), source="canvas")
        for name in ("kagami-all", "article-all")
    }
    print(f"{'pen':16}" + "".join(f"{width:>8}" for width in WIDTHS) + "   scans")
    for name, detector in detectors.items():
        rates = []
        for width in WIDTHS:
            rng = np.random.default_rng(0)
            followed = [placed(strokes, rng, margin=width / SIZE) for strokes in map(lines, digits) if strokes]
            drawn = np.array([prepare(draw(strokes, size=SIZE, pen=width)).image for strokes in followed])
            rates.append(detector.predict(flatten(drawn)).mean())
        rates.append(detector.predict(flatten(digits)).mean())
        print(f"{name:16}" + "".join(f"{rate:8.3f}" for rate in rates))


if __name__ == "__main__":
    main()
