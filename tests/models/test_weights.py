"""Layers read from LiteRT files answer as LiteRT does, before and after they are rounded."""

import json
import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest

from core.images.data import flatten, load_mnist
from core.models.bundle import MODELS, load_bundle
from core.models.experiments import PRESETS
from core.models.weights import MOST, Dense, dense_layers, pack, rounded

ACTIVATIONS = {
    "linear": lambda z, slope: z,
    "relu": lambda z, slope: np.maximum(z, 0),
    "leaky_relu": lambda z, slope: np.where(z > 0, z, z * slope),
    "sigmoid": lambda z, slope: 1 / (1 + np.exp(-z)),
    "tanh": lambda z, slope: np.tanh(z),
}


def answers(layers, x):
    found = {}
    for layer in layers:
        x = ACTIVATIONS[layer.activation](x @ layer.weights.T + layer.bias, layer.slope)
        found[layer.name] = x
    return found


def after_rounding(layers):
    steps = rounded(layers)
    return [replace(layer, weights=k * step) for layer, (k, step) in zip(layers, steps, strict=True)]


@pytest.mark.parametrize("name", PRESETS)
def test_the_layers_answer_as_the_bundle_does(name):
    bundle = load_bundle(name)
    x = flatten(load_mnist("test").x[:200])
    expected = bundle.autoencoder.activations(x)
    layers = dense_layers(MODELS / name / "model.tflite")
    assert {layer.name for layer in layers} == set(expected)
    found = answers(layers, x)
    for output, values in expected.items():
        np.testing.assert_allclose(found[output], values, atol=1e-4)

    def errors(reconstruction):
        return np.square(x - reconstruction).mean(axis=1)

    near = answers(after_rounding(layers), x)
    np.testing.assert_allclose(errors(near["reconstruction"]), errors(expected["reconstruction"]), rtol=1e-2)
    spread = np.ptp(expected["latent"], axis=0).max()
    np.testing.assert_allclose(near["latent"], expected["latent"], atol=1e-2 * spread)


@pytest.mark.parametrize("name", PRESETS)
def test_a_mirror_and_its_model_are_small(name):
    assert len(pack(dense_layers(MODELS / name / "model.tflite"))) < 1_175_000


def test_a_packed_layer_holds_its_steps():
    rng = np.random.default_rng(0)
    layer = Dense(
        weights=rng.normal(size=(5, 7)).astype(np.float32),
        bias=np.arange(5, dtype=np.float32),
        activation="leaky_relu",
        slope=0.2,
        name="latent",
    )
    data = zlib.decompress(pack([layer]), 31)
    (length,) = struct.unpack_from("<I", data)
    (described,) = json.loads(data[4 : 4 + length])["layers"]
    assert (described["inputs"], described["outputs"]) == (7, 5)
    assert (described["activation"], described["slope"], described["name"]) == ("leaky_relu", 0.2, "latent")
    upper = np.frombuffer(data, np.uint8, 35, 4 + length).astype(int) - 128
    low = described["low"]
    packed = np.frombuffer(data, np.uint8, -(-35 * low // 8), 4 + length + 35)
    lower = np.unpackbits(packed, bitorder="little", count=35 * low).reshape(35, low) @ (1 << np.arange(low))
    weights = ((upper << low) + lower).reshape(7, 5).T * described["step"]
    np.testing.assert_allclose(weights, layer.weights, atol=described["step"])
    np.testing.assert_array_equal(np.frombuffer(data[-20:], "<f4"), layer.bias)


def test_too_many_weights_are_not_packed():
    layer = Dense(weights=np.zeros((MOST // 100 + 1, 100), np.float32), bias=np.zeros(MOST // 100 + 1, np.float32))
    assert pack([layer]) is None
    assert pack([replace(layer, weights=layer.weights[:10], bias=layer.bias[:10])]) is not None
