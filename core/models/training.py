"""Training with Keras and export to LiteRT. Imports TensorFlow: no page may import this module."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from core.images.data import Float
from core.models.experiments import Experiment
from core.models.networks import build


@dataclass(frozen=True, kw_only=True)
class Epoch:
    """One finished epoch: its number from 1, of how many, and the mean losses over the two sets."""

    number: int
    of: int
    loss: float
    val_loss: float


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A trained autoencoder, its decoder (sharing weights), one entry per epoch, and who trained it."""

    autoencoder: keras.Model
    decoder: keras.Model
    history: tuple[Epoch, ...]
    versions: Mapping[str, str]


def train(
    experiment: Experiment,
    x_train: Float,
    x_validation: Float,
    *,
    seed: int,
    epochs: int | None = None,
    on_epoch: Callable[[Epoch], None] = lambda epoch: None,
) -> Trained:
    """Train the experiment's autoencoder to return its input.

    x_train, x_validation: (n, 784) float32 in [0, 1], normal digits only.
    seed: the same seed, data and library versions on the same kind of machine give the same weights.
    epochs: instead of the recipe's.
    on_epoch: told after each epoch; what it raises ends the training.
    """
    recipe = experiment.recipe
    total = recipe.epochs if epochs is None else epochs
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    autoencoder, decoder = build(recipe)

    history: list[Epoch] = []

    def finished(index: int, logs: dict[str, float]) -> None:
        history.append(Epoch(number=index + 1, of=total, loss=logs["loss"], val_loss=logs["val_loss"]))
        on_epoch(history[-1])

    autoencoder.fit(
        x_train,
        {"reconstruction": x_train},
        validation_data=(x_validation, {"reconstruction": x_validation}),
        epochs=total,
        batch_size=recipe.batch_size,
        shuffle=True,
        verbose=0,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=finished)],
    )
    return Trained(
        autoencoder=autoencoder,
        decoder=decoder,
        history=tuple(history),
        versions={library.__name__: library.__version__ for library in (keras, np, tf)},
    )


def save_keras(trained: Trained, path: Path) -> None:
    """Write the autoencoder as `.keras`, without the optimizer's state (two thirds of the file)."""
    # A model that shares the layers but was never compiled has no optimizer to save.
    keras.Model(trained.autoencoder.input, trained.autoencoder.output, name="autoencoder").save(path)


def export_litert(trained: Trained, path: Path) -> None:
    """Write one LiteRT file with two signatures that share their weights.

    `reconstruct` takes `image` (n, 784) and returns every named output of the autoencoder; `decode` takes
    `latent` and returns `reconstruction`. `keras.Model.export(format="litert")` writes one signature only,
    and a page that walks through the latent space needs the decoder alone.
    """
    archive = keras.export.ExportArchive()

    def add(signature: str, model: keras.Model, argument: str) -> None:
        width = model.input_shape[-1]
        archive.track(model)
        archive.add_endpoint(
            signature,
            lambda x: model(x, training=False),
            input_signature=[tf.TensorSpec((None, width), tf.float32, name=argument)],
        )

    add("reconstruct", trained.autoencoder, "image")
    add("decode", trained.decoder, "latent")
    with tempfile.TemporaryDirectory() as folder:
        archive.write_out(folder, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=["reconstruct", "decode"])
        path.write_bytes(converter.convert())
