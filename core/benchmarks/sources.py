"""Does a threshold keep its promise for every way in? False alarms on test digits, brought in that way."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from core.detection.detector import Detector, knowledge_of
from core.detection.seen import Seen
from core.detection.thresholds import Threshold
from core.images.data import flatten, is_normal, load_mnist
from core.images.sources import SOURCES, brought_in
from core.models.bundle import Bundle

WANTED = (0.01, 0.05, 0.1)


def realised(bundles: Sequence[Bundle], *, seed: int = 0, every: int = 10) -> dict[str, Any]:
    """What the report holds: for each bundle and source, the false alarms that WANTED came to.

    Each of MNIST's test digits as a scan, and every `every`-th of them on the canvas and in a photo, once.
    """
    train, test = load_mnist("train"), load_mnist("test")
    some = np.arange(0, len(test.x), every)
    rows = []
    for bundle in bundles:
        knowledge, recipe = knowledge_of(bundle, train.x), bundle.experiment.recipe
        for source in SOURCES:
            chosen = np.arange(len(test.x)) if SOURCES[source].copies == 1 else some
            chosen = chosen[is_normal(test.y[chosen], bundle.experiment.normals)]
            if SOURCES[source].copies == 1:
                scores = bundle.test_scores(recipe.score)[chosen]
            else:
                x = flatten(brought_in(source, test.x[chosen], chosen.tolist(), seed=seed, copies=1))
                seen = Seen(x, bundle.autoencoder, knowledge)
                scores = Detector.of(bundle, knowledge=knowledge).decision_function(seen)
            thresholds = [
                Detector.of(
                    bundle,
                    knowledge=knowledge,
                    threshold=Threshold(rule="conformal", false_alarms=wanted),
                    source=source,
                ).threshold_
                for wanted in WANTED
            ]
            rows.append(
                {
                    "experiment": bundle.experiment.name,
                    "source": source,
                    "n": len(scores),
                    "false_alarms": [float((scores > threshold).mean()) for threshold in thresholds],
                }
            )
    return {"protocol": "sources", "wanted": list(WANTED), "seed": seed, "rows": rows, "date": date.today().isoformat()}
