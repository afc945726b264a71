"""What only Keras can say, computed once in a process of its own: `python keras_side.py FOLDER`.

Importing TensorFlow costs seconds and would stay in the tests' own process, where Streamlit would notice it.
"""

import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from core.models.experiments import RECIPES, Experiment
from core.models.networks import build
from core.models.training import Epoch, Trained, export_litert, save_keras, train

SHALLOW = Experiment(recipe=RECIPES["article"], normals=(1,))
DEEP = replace(SHALLOW, recipe=replace(SHALLOW.recipe, encoder=(24, 12, 5), epochs=3))


def weights_of(trained: Trained) -> str:
    every = b"".join(weight.tobytes() for weight in trained.autoencoder.get_weights())
    return hashlib.sha256(every).hexdigest()


def main(folder: Path) -> None:
    rng = np.random.default_rng(0)
    x = (rng.random((40, 784)) * (rng.random((40, 784)) < 0.2)).astype(np.float32)
    latent = rng.random((7, 5), dtype=np.float32)
    told: dict[str, object] = {}

    for name, experiment in {"shallow": SHALLOW, "deep": DEEP}.items():
        keras.utils.set_random_seed(0)
        autoencoder, decoder = build(experiment.recipe)
        untrained = Trained(autoencoder=autoencoder, decoder=decoder, history=(), versions={})
        export_litert(untrained, folder / f"{name}.tflite")
        answers = {key: np.asarray(value) for key, value in autoencoder(x).items()}
        if name == "deep":
            answers["decoded"] = np.asarray(decoder(latent)["reconstruction"])
        np.savez(folder / f"{name}.npz", x=x, given_latent=latent, **answers)

    def trained(seed: int) -> Trained:
        return train(DEEP, x[:30], x[30:], seed=seed, epochs=2)

    first = trained(seed=5)
    told["weights"] = [weights_of(each) for each in (first, trained(seed=5), trained(seed=6))]
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

    config = build(SHALLOW.recipe)[0]
    told["layers"] = [[layer.name, *layer.output.shape[1:]] for layer in config.layers]
    told["activations"] = [layer.activation.__name__ for layer in config.layers[1:]]
    told["optimizer"] = [type(config.optimizer).__name__, float(config.optimizer.learning_rate)]
    (folder / "told.json").write_text(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
