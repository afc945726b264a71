"""From an experiment to its bundle: train, export, calibrate, evaluate, write. Imports TensorFlow."""

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.detection.calibration import calibrate
from core.detection.detector import learn, scores_of
from core.detection.evaluation import Evaluation
from core.detection.scores import SCORES
from core.detection.seen import Seen
from core.errors import KagamiError
from core.images.data import MNIST_SHA256, Float, Labelled, Split, UInt8, flatten, load_mnist
from core.models.autoencoder import Autoencoder
from core.models.bundle import (
    CALIBRATION,
    KERAS,
    LITERT,
    MODELS,
    SNAPSHOTS,
    Card,
    refuse_existing,
    write_bundle,
)
from core.models.epochs import Epoch
from core.models.experiments import Experiment
from core.models.snapshots import Snapshot, Snapshots, Specimens, look, saved_epochs
from core.models.training import export_litert, save_keras, train


def build_bundle(
    experiment: Experiment,
    *,
    out: Path = MODELS,
    name: str | None = None,
    title: str = "",
    seed: int = 0,
    epochs: int | None = None,
    force: bool = False,
    on_epoch: Callable[[Epoch], bool | None] = lambda epoch: None,
    on_batch: Callable[[], None] = lambda: None,
    on_look: Callable[[Specimens, Snapshot], None] = lambda specimens, snapshot: None,
    drawing: UInt8 | None = None,
) -> Path:
    """Train `experiment` on MNIST and write its bundle to `out`/NAME; returns that path.

    name: the experiment's own unless the bundle has a title.
    on_epoch, on_batch: as in `core.models.training.train`.
    on_look: told before the first epoch and after each, before `on_epoch`, what the network returns of the specimens.
    drawing: (28, 28) uint8, looked at along with them.

    Raises KagamiError where the bundle exists (and not `force`) or the loss is no longer a number.
    """
    path = out / (name or experiment.name)
    refuse_existing(path, force=force)
    mnist, test = load_mnist("train"), load_mnist("test")
    split = experiment.split(mnist.y)
    x_train, x_calibrate = flatten(mnist.x[split.train]), flatten(mnist.x[split.calibrate])

    specimens = Specimens.of(mnist, split, experiment, drawing=drawing)
    taken: list[Snapshot] = []

    def see(number: int, reconstruct: Callable[[Float], Float]) -> None:
        taken.append(look(specimens, number, reconstruct))
        on_look(specimens, taken[-1])

    def watch(epoch: Epoch) -> bool | None:
        if not np.isfinite([epoch.loss, epoch.val_loss]).all():
            raise KagamiError(
                "diverged",
                f"Training diverged: the loss of epoch {epoch.number} is {epoch.loss}.",
                epoch=epoch.number,
            )
        return on_epoch(epoch)

    started = time.perf_counter()
    trained = train(
        experiment,
        x_train,
        x_calibrate,
        seed=seed,
        epochs=epochs,
        on_epoch=watch,
        on_batch=on_batch,
        on_look=see,
    )
    seconds = time.perf_counter() - started

    def fill(folder: Path) -> Card:
        save_keras(trained, folder / KERAS)
        export_litert(trained, folder / LITERT)
        autoencoder = Autoencoder(folder / LITERT)
        arrays, result = measure(experiment, autoencoder, mnist, test, split)
        np.savez_compressed(folder / CALIBRATION, **arrays)  # type: ignore[arg-type]
        shown = Snapshots.of(specimens, [taken[i] for i in saved_epochs([each.epoch for each in taken])])
        np.savez_compressed(folder / SNAPSHOTS, **shown.to_arrays())  # type: ignore[arg-type]
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
            metrics=result.to_dict(),
            title=title,
        )

    write_bundle(path, fill, force=force)
    return path


def measure(
    experiment: Experiment, autoencoder: Autoencoder, train: Labelled, test: Labelled, split: Split
) -> tuple[dict[str, npt.NDArray[Any]], Evaluation]:
    """What a bundle's calibration.npz holds, and what its recipe's own detector does on the test images."""
    memory = experiment.recipe.remembers
    knowledge = learn(autoencoder, train.x, train=split.train, calibrate=split.calibrate, memory=memory)
    testing = Seen(flatten(test.x), autoencoder, knowledge)
    tested = {name: SCORES[name].compute(testing) for name in scores_of(knowledge)}
    return calibrate(experiment, autoencoder, knowledge, train, test, split, tested)
