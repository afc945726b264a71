"""Does the pen decide the verdict? False alarms on MNIST's test digits, redrawn with pens of several widths.

`python tests/benchmarks/pens.py`, from the repository's folder. Seed 0; 500 digits that no detector learnt from.
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from core.detection.detector import Detector
from core.detection.thresholds import Threshold
from core.images import pens
from core.images.data import flatten, load_mnist
from core.models.bundle import load_bundle

WIDTHS = (6, 12, 20, 28, 36, 48)


def main() -> None:
    """Print a row for each detector: realised false alarms at 5 % wanted, by the pen's width on a 336-pixel canvas."""
    digits = np.random.default_rng(0).choice(load_mnist("test").x, 500, replace=False)
    detectors = {
        name: Detector.of(load_bundle(name), threshold=Threshold(rule="conformal", false_alarms=0.05))
        for name in ("kagami-all", "article-all")
    }
    print(f"{'pen':16}" + "".join(f"{width:>8}" for width in WIDTHS) + "   scans")
    for name, detector in detectors.items():
        rates = []
        for width in WIDTHS:
            pens.PENS = (float(width), float(width))
            drawn = np.array([pens.redrawn(digit, np.random.default_rng(0)) for digit in digits])
            rates.append(detector.predict(flatten(drawn)).mean())
        rates.append(detector.predict(flatten(digits)).mean())
        print(f"{name:16}" + "".join(f"{rate:8.3f}" for rate in rates))


if __name__ == "__main__":
    main()
