"""What only Keras can say, computed once in a process of its own: `python keras_side.py FOLDER`.

Importing TensorFlow costs seconds and would stay in the tests' own process, where Streamlit would notice it.
"""

import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from core import build as building
from core.images import data
from core.images.noise import mixed_noise
from core.models.epochs import Epoch
from core.models.experiments import RECIPES, Experiment
from core.models.networks import build
from core.models.training import Trained, export_litert, save_keras, train

SHALLOW = Experiment(recipe=RECIPES["article"], normals=(1,))
DEEP = replace(SHALLOW, recipe=replace(SHALLOW.recipe, encoder=(24, 12, 5), epochs=3))
RESTORING = Experiment(
    recipe=replace(RECIPES["kagami"], encoder=(24, 12, 5), epochs=1, least_steps=11, batch_size=8), normals=(0, 1)
)


def weights_of(trained: Trained) -> str:
    every = b"".join(weight.tobytes() for weight in trained.autoencoder.get_weights())
    return hashlib.sha256(every).hexdigest()


def main(folder: Path) -> None:
    rng = np.random.default_rng(0)
    x = (rng.random((40, 784)) * (rng.random((40, 784)) < 0.2)).astype(np.float32)
    latent = rng.random((7, 5), dtype=np.float32)
    told: dict[str, object] = {}

    # First: what asks TensorFlow for determinism asks for the whole process, and nothing is compiled from then on.
    quick = replace(
        DEEP,
        recipe=replace(
            DEEP.recipe, schedule="one-cycle", jit_compile=True, steps_per_execution=2, batch_size=4, learning_rate=0.5
        ),
    )
    calls: list[None] = []
    compiled, again = (
        train(quick, x[:30], x[30:], seed=5, epochs=2, on_batch=lambda: calls.append(None)) for _ in range(2)
    )
    told["compiled_weights"] = [weights_of(each) for each in (compiled, again)]
    schedule = compiled.autoencoder.optimizer._learning_rate
    told["one_cycle"] = [float(schedule(step)) for step in (0, 4, 16)]
    told["compiled_calls"] = len(calls) / 2
    told["compiled_losses"] = [[epoch.loss, epoch.val_loss] for epoch in compiled.history]
    answer = np.asarray(compiled.autoencoder(x[30:])["reconstruction"])
    told["compiled_val_loss_by_hand"] = float(keras.ops.mean(keras.losses.binary_crossentropy(x[30:], answer)))
    told["compiled_steps"] = int(compiled.autoencoder.optimizer.iterations)
    halted = train(quick, x[:30], x[30:], seed=5, epochs=9, on_epoch=lambda epoch: epoch.number == 2)
    told["compiled_until_told"] = len(halted.history)

    for name, experiment in {"shallow": SHALLOW, "deep": DEEP}.items():
        keras.utils.set_random_seed(0)
        autoencoder, decoder = build(experiment.recipe)
        untrained = Trained(autoencoder=autoencoder, decoder=decoder, history=(), versions={})
        export_litert(untrained, folder / f"{name}.tflite")
        answers = {key: np.asarray(value) for key, value in autoencoder(x).items()}
        if name == "deep":
            answers["decoded"] = np.asarray(decoder(latent)["reconstruction"])
        np.savez(folder / f"{name}.npz", x=x, given_latent=latent, **answers)

    def trained(seed: int, experiment: Experiment = DEEP) -> Trained:
        return train(experiment, x[:30], x[30:], seed=seed, epochs=2)

    first = trained(seed=5)
    told["weights"] = [weights_of(each) for each in (first, trained(seed=5), trained(seed=6))]

    normed = trained(5, RESTORING)
    told["restoring_weights"] = [weights_of(each) for each in (normed, trained(5, RESTORING), trained(6, RESTORING))]
    plain = replace(RESTORING, recipe=replace(RESTORING.recipe, restore=False))
    told["returning_weights"] = weights_of(trained(5, plain))
    told["restoring_history"] = [[e.number, e.of, e.loss, e.val_loss] for e in normed.history]
    told["restoring_layers"] = [[type(layer).__name__, layer.name] for layer in normed.autoencoder.layers]
    told["last_learning_rate"] = float(normed.autoencoder.optimizer.learning_rate)
    # Kept means and variances of one's own: new ones are 0 and 1, and those of two epochs nearly so.
    for layer in normed.autoencoder.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([rng.uniform(0.5, 1.5, weight.shape) for weight in layer.get_weights()])
    export_litert(normed, folder / "normed.tflite")
    answers = {key: np.asarray(value) for key, value in normed.autoencoder(x, training=False).items()}
    answers["decoded"] = np.asarray(normed.decoder(latent, training=False)["reconstruction"])
    np.savez(folder / "normed.npz", x=x, given_latent=latent, **answers)
    told["history"] = [[e.number, e.of, e.loss, e.val_loss] for e in first.history]
    told["versions"] = dict(first.versions)
    told["default_epochs"] = len(train(DEEP, x[:30], x[30:], seed=0).history)

    save_keras(first, folder / "saved.keras")
    loaded = keras.saving.load_model(folder / "saved.keras")
    told["saved_has_optimizer"] = getattr(loaded, "optimizer", None) is not None
    told["saved_differs_by"] = float(
        max(np.abs(np.asarray(value) - np.asarray(first.autoencoder(x)[key])).max() for key, value in loaded(x).items())
    )

    seen: list[int] = []

    def stop(epoch: Epoch) -> None:
        seen.append(epoch.number)
        raise InterruptedError("enough")

    try:
        train(DEEP, x[:30], x[30:], seed=0, on_epoch=stop)
    except InterruptedError as error:
        told["stopped_by"] = str(error)
    told["epochs_before_stop"] = seen

    looks: list[tuple[int, float]] = []
    batches: list[None] = []

    def look(number: int, reconstruct: Callable[[np.ndarray], np.ndarray]) -> None:
        looks.append((number, float(reconstruct(x[:1]).mean())))

    watched = train(
        DEEP,
        x[:30],
        x[30:],
        seed=5,
        on_look=look,
        on_batch=lambda: batches.append(None),
        on_epoch=lambda epoch: epoch.number == 2,
    )
    told["looks"] = looks
    told["batches"] = len(batches)
    told["kept_epochs"] = [[e.number, e.of] for e in watched.history]
    told["watched_weights"] = weights_of(watched)

    # A bundle, from an MNIST of 60 images whose writers' runs are of five.
    tiny = {
        f"{name}_{part}": array
        for part, n in (("train", 60), ("test", 20))
        for name, array in (
            ("x", (rng.integers(0, 256, (n, 28, 28)) * (rng.random((n, 28, 28)) < 0.2)).astype(np.uint8)),
            ("y", (np.arange(n) % 3).astype(np.uint8)),
        )
    }
    np.savez(folder / "tiny.npz", **tiny)
    building.load_mnist = lambda part: data.Labelled(x=tiny[f"x_{part}"], y=tiny[f"y_{part}"])
    data.WRITERS_RUN = 5
    building.build_bundle(RESTORING, out=folder / "models", seed=4)

    denoising = [
        train(replace(DEEP, recipe=replace(DEEP.recipe, denoise=True)), x[:30], x[30:], seed=seed, epochs=2)
        for seed in (5, 5, 6)
    ]
    told["denoising_weights"] = [weights_of(each) for each in denoising]
    told["denoising_val_loss"] = denoising[0].history[-1].val_loss
    spoilt = mixed_noise(x[30:], np.random.default_rng(5))
    answer = np.asarray(denoising[0].autoencoder(spoilt)["reconstruction"])
    told["denoising_val_loss_by_hand"] = float(keras.ops.mean(keras.losses.binary_crossentropy(x[30:], answer)))

    config = build(SHALLOW.recipe)[0]
    told["layers"] = [[layer.name, *layer.output.shape[1:]] for layer in config.layers]
    told["activations"] = [layer.activation.__name__ for layer in config.layers[1:]]
    optimizer = first.autoencoder.optimizer
    told["optimizer"] = [type(optimizer).__name__, float(optimizer.learning_rate)]
    (folder / "told.json").write_text(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
