"""What thresholds are set on: the scores of digits kept out of training, as they come in each way.

Also brings a bundle's calibration up to date without training it again. No TensorFlow.
"""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.detection.detector import knowledge_of, scores_of
from core.detection.evaluation import Evaluation, evaluate_digits
from core.detection.scores import SCORES
from core.detection.seen import Knowledge, Seen
from core.detection.thresholds import Threshold
from core.errors import KagamiError
from core.images.data import (
    Float,
    Labelled,
    Split,
    flatten,
    load_mnist,
    writers_of_their_own,
)
from core.images.sources import SCAN, SOURCES, brought_in
from core.models.autoencoder import Autoencoder
from core.models.bundle import (
    CALIBRATION,
    MODELS,
    Card,
    calibration_arrays,
    load_bundle,
    score_arrays,
    write_bundle,
)
from core.models.experiments import Experiment

Arrays = dict[str, npt.NDArray[Any]]
# Scores that a threshold can be set on.
FEWEST = 2


def normals(experiment: Experiment, train: Labelled, split: Split) -> dict[str, Float]:
    """The digits that thresholds are set on, by source: (n, 784) in [0, 1]; under "scan" alone where it is one for all.

    The article's recipe, and whichever else does not calibrate by source, has the calibration digits as they are.
    """
    recipe = experiment.recipe
    if not recipe.calibrate_with_pens:
        return {SCAN: flatten(train.x[split.calibrate])}
    chosen = writers_of_their_own(split.calibrate) if recipe.writers_apart else split.calibrate
    came = {
        source: flatten(brought_in(source, train.x[chosen], chosen.tolist(), seed=recipe.split_seed))
        for source in SOURCES
    }
    # Of very few digits there may be hardly any that a pen can follow; then scans must do.
    return {source: x for source, x in came.items() if source == SCAN or len(x) >= FEWEST}


def calibrate(
    experiment: Experiment,
    autoencoder: Autoencoder,
    knowledge: Knowledge,
    train: Labelled,
    test: Labelled,
    split: Split,
    tested: Mapping[str, Float],
) -> tuple[Arrays, Evaluation]:
    """What a bundle's calibration.npz holds, and what its recipe's own detector does on the test images.

    tested: scores (10000,) of the test images, by name.
    """
    seen = {name: Seen(x, autoencoder, knowledge) for name, x in normals(experiment, train, split).items()}
    arrays: Arrays = knowledge.to_arrays()
    by_score: dict[str, dict[str, Float]] = {
        score: {source: SCORES[score].compute(each) for source, each in seen.items()} for score in scores_of(knowledge)
    }
    for score, by_source in by_score.items():
        arrays |= score_arrays(score, calibration=by_source[SCAN], test=tested[score])
        arrays |= calibration_arrays(score, by_source)
    recipe = experiment.recipe
    threshold = Threshold(rule=recipe.rule).of(by_score[recipe.score][SCAN])
    return arrays, evaluate_digits(tested[recipe.score], test.y, experiment, threshold=threshold)


def calibrate_again(name: str, *, folder: Path = MODELS) -> Path:
    """Bring the calibration of a bundle up to date, its card with it; the network and what it knows stay as they are.

    Returns its path. Raises KagamiError where there is no such bundle, or its recipe has one threshold for all.
    """
    bundle = load_bundle(name, folder=folder)
    if not bundle.experiment.recipe.calibrate_with_pens:
        raise KagamiError(
            "one_threshold", f"The recipe of {name!r} has one threshold for all, and that one stays.", name=name
        )
    train, test = load_mnist("train"), load_mnist("test")
    knowledge = knowledge_of(bundle, train.x)
    tested = {score: bundle.test_scores(score) for score in scores_of(knowledge)}
    split = bundle.experiment.split(train.y)
    arrays, found = calibrate(bundle.experiment, bundle.autoencoder, knowledge, train, test, split, tested)

    def fill(beside: Path) -> Card:
        for file in bundle.card.files:
            shutil.copyfile(bundle.path / file, beside / file)
        np.savez_compressed(beside / CALIBRATION, **arrays)  # type: ignore[arg-type]
        return replace(bundle.card, metrics=found.to_dict())

    write_bundle(bundle.path, fill, force=True)
    return bundle.path
