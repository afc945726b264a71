import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from core.models.autoencoder import BATCH, Autoencoder


@pytest.fixture(scope="module")
def deep(keras_side: Path) -> Autoencoder:
    """An untrained 784-24-12-5-12-24-784."""
    return Autoencoder(keras_side / "deep.tflite")


def images(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((n, 784), dtype=np.float32)


@pytest.mark.parametrize("name", ["shallow", "deep", "normed"])
def test_every_layer_equals_keras(name, keras_side):
    with np.load(keras_side / f"{name}.npz") as archive:
        keras = dict(archive)
    x, latent = keras.pop("x"), keras.pop("given_latent")
    decoded = keras.pop("decoded", None)
    autoencoder = Autoencoder(keras_side / f"{name}.tflite")

    litert = autoencoder.activations(x)

    assert set(litert) == set(keras)
    for layer, expected in keras.items():
        np.testing.assert_allclose(litert[layer], expected, rtol=0, atol=1e-5, err_msg=layer)
    np.testing.assert_array_equal(autoencoder.encode(x), litert["latent"])
    np.testing.assert_array_equal(autoencoder.reconstruct(x), litert["reconstruction"])
    if decoded is not None:
        np.testing.assert_allclose(autoencoder.decode(latent), decoded, rtol=0, atol=1e-5)


def test_widths_are_read_from_the_file(deep):
    assert (deep.pixels, deep.bottleneck) == (784, 5)
    shapes = {name: answer.shape for name, answer in deep.activations(images(3)).items()}
    assert shapes == {
        "hidden_0": (3, 24),
        "hidden_1": (3, 12),
        "latent": (3, 5),
        "hidden_2": (3, 12),
        "hidden_3": (3, 24),
        "reconstruction": (3, 784),
    }


def test_decoding_the_latent_is_reconstructing(deep):
    x = images(6)
    np.testing.assert_allclose(deep.decode(deep.encode(x)), deep.reconstruct(x), rtol=0, atol=1e-6)


@pytest.mark.parametrize("n", [1, BATCH, BATCH + 1, 2 * BATCH + 3])
def test_batches_keep_every_row_in_its_place(n, deep):
    x = images(n)
    whole = deep.reconstruct(x)
    assert whole.shape == (n, 784)
    picked = np.unique([0, n // 2, n - 1])
    one_by_one = np.concatenate([deep.reconstruct(x[i : i + 1]) for i in picked])
    np.testing.assert_allclose(whole[picked], one_by_one, rtol=0, atol=1e-6)


def test_no_images_give_no_rows(deep):
    assert deep.reconstruct(images(0)).shape == (0, 784)
    assert deep.encode(images(0)).shape == (0, 5)
    assert deep.decode(np.zeros((0, 5), np.float32)).shape == (0, 784)


def test_memory_layout_does_not_matter(deep):
    x = images(4)
    expected = deep.reconstruct(x)
    np.testing.assert_array_equal(deep.reconstruct(np.asfortranarray(x)), expected)
    np.testing.assert_array_equal(deep.reconstruct(np.repeat(x, 2, axis=1)[:, ::2]), expected)
    x.flags.writeable = False
    np.testing.assert_array_equal(deep.reconstruct(x), expected)


def test_answers_are_the_callers_own(deep):
    x = images(2)
    first = deep.reconstruct(x)
    kept = first.copy()
    deep.reconstruct(1 - x)
    np.testing.assert_array_equal(first, kept)
    first[:] = 0
    np.testing.assert_array_equal(deep.reconstruct(x), kept)


def test_threads_get_their_own_answers(deep):
    inputs = [images(1 + i % 3, seed=i) for i in range(60)]
    expected = [(deep.reconstruct(x), deep.encode(x)) for x in inputs]
    with ThreadPoolExecutor(8) as pool:
        reconstructions = pool.map(deep.reconstruct, inputs)
        latents = pool.map(deep.encode, inputs)
        for (reconstruction, latent), got, got_latent in zip(expected, reconstructions, latents, strict=True):
            np.testing.assert_array_equal(got, reconstruction)
            np.testing.assert_array_equal(got_latent, latent)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (
            np.zeros((2, 783), np.float32),
            "image must be float32 of shape (n, 784), got float32 of shape (2, 783)",
        ),
        (np.zeros(784, np.float32), "got float32 of shape (784,)"),
        (np.zeros((1, 28, 28), np.float32), "got float32 of shape (1, 28, 28)"),
        (np.zeros((2, 784)), "got float64 of shape (2, 784)"),
        (np.zeros((2, 784), np.uint8), "got uint8 of shape (2, 784)"),
    ],
)
def test_other_arrays_are_refused(x, message, deep):
    with pytest.raises(ValueError, match=re.escape(message)):
        deep.reconstruct(x)


def test_other_latents_are_refused(deep):
    message = "latent must be float32 of shape (n, 5), got float32 of shape (2, 6)"
    with pytest.raises(ValueError, match=re.escape(message)):
        deep.decode(np.zeros((2, 6), np.float32))


@pytest.mark.parametrize("method", ["activations", "encode", "reconstruct"])
@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda x: x * 255, "got 0 to 255"),
        (lambda x: x * 2 - 1, "got -1 to 1"),
        (lambda x: (x - np.float32(0.1307)) / np.float32(0.3081), r"got -0\.424\d* to 2\.82\d*"),
        (lambda x: np.where(x > 0, np.float32(np.nan), 0), "got nan to nan"),
    ],
    ids=["bytes", "around 0", "standardised", "not a number"],
)
def test_pixels_of_another_range_are_refused(change, found, method, deep):
    x = np.zeros((2, 784), np.float32)
    x[:, 1] = 1
    with pytest.raises(ValueError, match=rf"images must be in \[0, 1\], {found}"):
        getattr(deep, method)(change(x))


def test_what_rounding_adds_is_not_refused(deep):
    x = np.full((1, 784), np.nextafter(np.float32(1), np.float32(2)))
    np.testing.assert_allclose(deep.reconstruct(x), deep.reconstruct(np.ones_like(x)), atol=1e-5)
