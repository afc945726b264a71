"""Training with Keras and export to LiteRT. Imports TensorFlow: no page may import this module."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from core.images import damage
from core.images.data import Float
from core.images.noise import mixed_noise
from core.models.experiments import Experiment
from core.models.networks import build

# Images that are damaged at a time: few enough to stay in the processor's cache.
CHUNK = 512


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
    deterministic: bool = True,
    on_epoch: Callable[[Epoch], bool | None] = lambda epoch: None,
    on_batch: Callable[[], None] = lambda: None,
    on_look: Callable[[int, Callable[[Float], Float]], None] = lambda epoch, reconstruct: None,
) -> Trained:
    """Train the experiment's autoencoder to return its input, or what its input was before it was spoilt.

    x_train, x_validation: (n, 784) float32 in [0, 1], normal digits only.
    seed: the same seed, data and library versions on the same kind of machine give the same weights.
    epochs: instead of the recipe's.
    deterministic: ask TensorFlow to take no short cut that would give other weights each time.
    on_epoch: told after each epoch; where it returns True, training ends there and what was learnt is kept.
    on_batch: called before each execution of steps.
    on_look: called before the first epoch (with 0) and after each, before `on_epoch`, with its number and what
        reconstructs images (n, 784) with the weights of that moment. Looking changes nothing.

    What one of them raises ends the training.
    """
    recipe = experiment.recipe
    steps_an_epoch = -(-len(x_train) // recipe.batch_size)
    total = max(recipe.epochs, -(-recipe.least_steps // steps_an_epoch)) if epochs is None else epochs
    steps = steps_an_epoch * total
    keras.utils.set_random_seed(seed)
    # Keras refuses to compile with XLA where this is on, and XLA's code for processors needs no asking.
    if deterministic and not recipe.jit_compile:
        tf.config.experimental.enable_op_determinism()
    autoencoder, decoder = build(recipe)
    rate = {
        "constant": recipe.learning_rate,
        "cosine": keras.optimizers.schedules.CosineDecay(recipe.learning_rate, steps, alpha=0.01),
        "one-cycle": keras.optimizers.schedules.CosineDecay(
            recipe.learning_rate / 25,
            steps - steps // 4,
            alpha=0.01,
            warmup_target=recipe.learning_rate,
            warmup_steps=steps // 4,
        ),
    }[recipe.schedule]
    optimizer = keras.optimizers.get({"class_name": recipe.optimizer, "config": {"learning_rate": rate}})
    # Only the reconstruction is trained; the other outputs are there to be looked at.
    autoencoder.compile(
        optimizer=optimizer,
        loss={"reconstruction": recipe.loss},
        jit_compile=recipe.jit_compile,
        steps_per_execution=recipe.steps_per_execution,
    )

    def reconstruct(x: Float) -> Float:
        return np.asarray(autoencoder(x, training=False)["reconstruction"])

    history: list[Epoch] = []

    def finished(index: int, logs: dict[str, float]) -> None:
        history.append(Epoch(number=index + 1, of=total, loss=logs["loss"], val_loss=logs["val_loss"]))
        on_look(index + 1, reconstruct)
        if on_epoch(history[-1]):
            autoencoder.stop_training = True

    on_look(0, reconstruct)

    rng = np.random.default_rng(seed)
    spoil = mixed_noise if recipe.denoise else lambda images, rng: images
    spoilt_validation = spoil(x_validation, rng)
    # A recipe that spoils its images does so anew in each epoch; the others learn on the same ones in a single fit.
    for first, last in [(i, i + 1) for i in range(total)] if recipe.restore or recipe.denoise else [(0, total)]:
        given, wanted = _to_restore(x_train, rng) if recipe.restore else (x_train, x_train)
        given = spoil(given, rng)
        autoencoder.fit(
            given,
            {"reconstruction": wanted},
            validation_data=(spoilt_validation, {"reconstruction": x_validation}),
            initial_epoch=first,
            epochs=last,
            batch_size=recipe.batch_size,
            # A last batch of another size would be compiled anew.
            validation_batch_size=len(x_validation) if recipe.jit_compile else None,
            shuffle=True,
            verbose=0,
            callbacks=[
                keras.callbacks.LambdaCallback(
                    on_train_batch_begin=lambda batch, logs: on_batch(), on_epoch_end=finished
                )
            ],
        )
        if autoencoder.stop_training:
            break
    return Trained(
        autoencoder=autoencoder,
        decoder=decoder,
        history=tuple(history),
        versions={library.__name__: library.__version__ for library in (keras, np, tf)},
    )


def _to_restore(x: Float, rng: np.random.Generator) -> tuple[Float, Float]:
    """Damaged copies of images x (n, 784), and what they were: each a little different from its image."""
    given, wanted = np.empty_like(x), np.empty_like(x)
    for start in range(0, len(x), CHUNK):
        images = x[start : start + CHUNK].reshape(-1, 28, 28, 1)
        moves = damage.jitters(len(images), rng)
        moved = np.asarray(keras.ops.image.affine_transform(images, moves, interpolation="bilinear"))
        targets = damage.repenned(moved[..., 0], rng)
        wanted[start : start + CHUNK] = targets.reshape(len(targets), -1)
        given[start : start + CHUNK] = damage.damaged(targets, rng).reshape(len(targets), -1)
    return given, wanted


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
