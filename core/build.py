"""From an experiment to its bundle: train, export, calibrate, evaluate, write. Imports TensorFlow."""

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from core.detection.detector import Detector
from core.detection.evaluation import evaluate_on_test
from core.detection.scores import SCORES
from core.detection.thresholds import Threshold
from core.errors import KagamiError
from core.images.data import MNIST_SHA256, flatten, load_mnist, split_normals
from core.models.autoencoder import Autoencoder
from core.models.bundle import CALIBRATION, KERAS, LITERT, MODELS, Card, refuse_existing, write_bundle
from core.models.experiments import Experiment
from core.models.training import Epoch, export_litert, save_keras, train


def build_bundle(
    experiment: Experiment,
    *,
    out: Path = MODELS,
    seed: int = 0,
    epochs: int | None = None,
    force: bool = False,
    on_epoch: Callable[[Epoch], None] = lambda epoch: None,
) -> Path:
    """Train `experiment` on MNIST and write its bundle to `out`/NAME; returns that path.

    Raises KagamiError where the bundle exists (and not `force`) or the loss is no longer a number.
    """
    path = out / experiment.name
    refuse_existing(path, force=force)
    recipe = experiment.recipe
    mnist = load_mnist("train")
    split = split_normals(
        mnist.y, experiment.normals, calibrate_fraction=recipe.calibrate_fraction, seed=recipe.split_seed
    )
    x_train, x_calibrate = flatten(mnist.x[split.train]), flatten(mnist.x[split.calibrate])

    def watch(epoch: Epoch) -> None:
        if not np.isfinite([epoch.loss, epoch.val_loss]).all():
            raise KagamiError(
                "diverged",
                f"Training diverged: the loss of epoch {epoch.number} is {epoch.loss}.",
                epoch=epoch.number,
            )
        on_epoch(epoch)

    started = time.perf_counter()
    trained = train(experiment, x_train, x_calibrate, seed=seed, epochs=epochs, on_epoch=watch)
    seconds = time.perf_counter() - started

    def fill(folder: Path) -> Card:
        save_keras(trained, folder / KERAS)
        export_litert(trained, folder / LITERT)
        autoencoder = Autoencoder(folder / LITERT)
        detectors = {name: Detector(autoencoder, score=name).fit(x_calibrate) for name in SCORES}
        scores: dict[str, Any] = {f"score_{name}": d.calibration_scores_ for name, d in detectors.items()}
        np.savez_compressed(folder / CALIBRATION, **scores)
        own = Detector(autoencoder, score=recipe.score, threshold=Threshold(rule=recipe.rule)).fit(x_calibrate)
        return Card(
            experiment=experiment,
            seed=seed,
            epochs=len(trained.history),
            created=date.today().isoformat(),
            train_seconds=round(seconds, 1),
            data_sha256=MNIST_SHA256,
            versions=trained.versions,
            history={
                "loss": [epoch.loss for epoch in trained.history],
                "val_loss": [epoch.val_loss for epoch in trained.history],
            },
            metrics=evaluate_on_test(own, experiment).to_dict(),
        )

    write_bundle(path, fill, force=force)
    return path
