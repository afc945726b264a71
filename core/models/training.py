"""Training with Keras and export to LiteRT. Imports TensorFlow: no page may import this module."""

import math
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
from core.models.epochs import Epoch, calls_and_steps, epochs_of
from core.models.experiments import Experiment, Recipe
from core.models.networks import build

# Images that are damaged at a time: few enough to stay in the processor's cache.
CHUNK = 512


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
    total = epochs_of(recipe, len(x_train)) if epochs is None else epochs
    steps = math.prod(calls_and_steps(recipe, len(x_train))) * total
    keras.utils.set_random_seed(seed)
    # XLA's code for processors takes no such short cut, and TensorFlow would refuse to compile some of it.
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
    autoencoder.compile(optimizer=optimizer, loss={"reconstruction": recipe.loss})

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
    validation = (spoil(x_validation, rng), x_validation)
    if recipe.jit_compile:
        fit = _compiled_fit(autoencoder, recipe, validation, rng.spawn(1)[0], on_batch, finished)
    else:
        fit = _keras_fit(autoencoder, recipe, validation, on_batch, finished)
    # A recipe that spoils its images does so anew in each epoch; the others learn on the same ones in a single fit.
    for first, last in [(i, i + 1) for i in range(total)] if recipe.restore or recipe.denoise else [(0, total)]:
        given, wanted = _to_restore(x_train, rng) if recipe.restore else (x_train, x_train)
        fit(spoil(given, rng), wanted, range(first, last))
        if autoencoder.stop_training:
            break
    return Trained(
        autoencoder=autoencoder,
        decoder=decoder,
        history=tuple(history),
        versions={library.__name__: library.__version__ for library in (keras, np, tf)},
    )


# Learns `wanted` (n, 784) from `given` (n, 784) in the epochs of these indices, until the model's stop_training is set.
_Fit = Callable[[Float, Float, range], None]


def _keras_fit(
    autoencoder: keras.Model,
    recipe: Recipe,
    validation: tuple[Float, Float],
    on_batch: Callable[[], None],
    on_epoch: Callable[[int, dict[str, float]], None],
) -> _Fit:
    told = keras.callbacks.LambdaCallback(
        on_train_batch_begin=lambda batch, logs: on_batch(), on_epoch_end=lambda epoch, logs: on_epoch(epoch, logs)
    )

    def fit(given: Float, wanted: Float, epochs: range) -> None:
        autoencoder.fit(
            given,
            {"reconstruction": wanted},
            validation_data=(validation[0], {"reconstruction": validation[1]}),
            initial_epoch=epochs.start,
            epochs=epochs.stop,
            batch_size=recipe.batch_size,
            shuffle=True,
            verbose=0,
            callbacks=[told],
        )

    return fit


def _compiled_fit(
    autoencoder: keras.Model,
    recipe: Recipe,
    validation: tuple[Float, Float],
    rng: np.random.Generator,
    on_batch: Callable[[], None],
    on_epoch: Callable[[int, dict[str, float]], None],
) -> _Fit:
    """What `fit` does, with many steps compiled into one call and all images in TensorFlow's memory from the first.

    `fit(jit_compile=True, steps_per_execution=…)` copies the images four times, and deals them out by a pipeline that
    competes with the arithmetic for the processor: nine seconds instead of five.
    """

    def loss_of(x: tf.Tensor, y: tf.Tensor, *, training: bool) -> tf.Tensor:
        return autoencoder.compute_loss(x, {"reconstruction": y}, autoencoder(x, training=training))

    def learn_batches(given: tf.Tensor, wanted: tf.Tensor, batches: tf.Tensor) -> tf.Tensor:
        """The sum of the losses; batches (steps, batch): places of the images."""

        def step(i: tf.Tensor, sum_of_losses: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            with tf.GradientTape() as tape:
                loss = loss_of(tf.gather(given, batches[i]), tf.gather(wanted, batches[i]), training=True)
            gradients = tape.gradient(loss, autoencoder.trainable_variables)
            autoencoder.optimizer.apply(gradients, autoencoder.trainable_variables)
            return i + 1, sum_of_losses + loss

        return tf.while_loop(lambda i, _: i < len(batches), step, (0, 0.0))[1]

    learn = tf.function(learn_batches, jit_compile=True)
    validate = tf.function(lambda given, wanted: loss_of(given, wanted, training=False), jit_compile=True)

    autoencoder.optimizer.build(autoencoder.trainable_variables)
    x_validation, y_validation = map(tf.constant, validation)

    def fit(given: Float, wanted: Float, epochs: range) -> None:
        x = tf.constant(given)
        y = x if wanted is given else tf.constant(wanted)
        calls, steps = calls_and_steps(recipe, len(given))
        for epoch in epochs:
            # Calls of another size would be compiled anew, so the last one is filled up with the first images.
            places = np.resize(rng.permutation(len(given)).astype(np.int32), (calls, steps, recipe.batch_size))
            losses = 0.0
            for batches in places:
                on_batch()
                losses += float(learn(x, y, batches))
            logs = {"loss": losses / (calls * steps), "val_loss": float(validate(x_validation, y_validation))}
            on_epoch(epoch, logs)
            if autoencoder.stop_training:
                return

    return fit


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
