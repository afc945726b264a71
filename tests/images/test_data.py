import re

import numpy as np
import pytest

from core.errors import KagamiError
from core.images.data import (
    MNIST_PATH,
    MNIST_SHA256,
    WRITERS_RUN,
    flatten,
    is_normal,
    load_mnist,
    sha256_of,
    split_normals,
)


@pytest.mark.parametrize(("part", "n"), [("train", 60_000), ("test", 10_000)])
def test_the_shipped_mnist_is_mnist(part, n):
    mnist = load_mnist(part)
    assert mnist.x.shape == (n, 28, 28)
    assert mnist.y.shape == (n,)
    assert mnist.x.dtype == mnist.y.dtype == np.uint8
    assert (mnist.x.min(), mnist.x.max()) == (0, 255)
    assert sorted(set(mnist.y.tolist())) == list(range(10))
    # White ink on black: corners are paper.
    assert mnist.x[:, 0, 0].max() == 0


def test_the_shipped_mnist_says_whose_it_is():
    notice = MNIST_PATH.with_name("mnist.LICENSE.txt").read_text(encoding="utf-8")
    assert "LeCun" in notice
    assert "Creative Commons" in notice or "CC BY-SA" in notice


def test_mnist_cannot_be_changed():
    mnist = load_mnist("test")
    for array in (mnist.x, mnist.y):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_a_missing_mnist_is_said(tmp_path):
    with pytest.raises(KagamiError, match=r"MNIST is missing: there is no file .*nowhere\.npz") as caught:
        load_mnist("test", path=tmp_path / "nowhere.npz")
    assert caught.value.code == "data_missing"


def test_another_mnist_is_refused(tmp_path):
    path = tmp_path / "mnist.npz"
    np.savez(path, x_test=np.zeros((1, 28, 28), np.uint8), y_test=np.zeros(1, np.uint8))
    message = rf"mnist.npz is damaged: its SHA-256 is {sha256_of(path)[:12]}… instead of {MNIST_SHA256[:12]}…"
    with pytest.raises(KagamiError, match=message) as caught:
        load_mnist("test", path=path)
    assert caught.value.code == "data_damaged"


def test_sha256(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")
    # FIPS 180-2, appendix B.1.
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256_of(tmp_path / "abc") == expected


def test_flatten_scales_bytes_to_the_unit_interval():
    images = np.zeros((2, 28, 28), np.uint8)
    images[0, 0, 1], images[1, 27, 27] = 255, 51
    rows = flatten(images)
    assert rows.shape == (2, 784)
    assert rows.dtype == np.float32
    assert (rows[0, 1], rows[1, 783]) == (1, np.float32(0.2))
    assert rows.sum() == pytest.approx(1.2)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_flatten_takes_floats_as_they_are(dtype):
    images = np.linspace(0, 1, 784).reshape(1, 28, 28).astype(dtype)
    rows = flatten(images)
    assert rows.dtype == np.float32
    np.testing.assert_array_equal(rows[0], images.ravel().astype(np.float32))


def test_flatten_takes_any_layout_and_no_images():
    images = np.random.default_rng(0).integers(0, 256, (3, 56, 28), np.uint8)[:, ::2]
    np.testing.assert_array_equal(flatten(images), flatten(images.copy()))
    assert flatten(np.zeros((0, 28, 28), np.uint8)).shape == (0, 784)
    assert flatten(np.zeros((0, 28, 28), np.float32)).shape == (0, 784)


@pytest.mark.parametrize(
    ("value", "dtype", "found"),
    [
        (255, np.float32, "float32 from 0.0 to 255.0"),
        (-0.5, np.float32, "float32 from -0.5 to 0.0"),
        (np.nan, np.float32, "float32 from nan to nan"),
        (1, np.int64, "int64 from 0 to 1"),
    ],
)
def test_flatten_refuses_other_ranges(value, dtype, found):
    images = np.zeros((1, 28, 28), dtype)
    images[0, 3, 3] = value
    with pytest.raises(ValueError, match=re.escape(f"images must be uint8 or float in [0, 1], got {found}")):
        flatten(images)


def test_is_normal():
    y = np.array([0, 1, 7, 1], np.uint8)
    assert is_normal(y, (1, 7)).tolist() == [False, True, True, True]
    assert is_normal(y, [0]).tolist() == [True, False, False, False]


@pytest.mark.parametrize("writers_apart", [False, True])
def test_the_split_is_of_normals_only_and_disjoint(writers_apart):
    y = np.arange(5 * WRITERS_RUN) % 10
    split = split_normals(y, (1, 3), calibrate_fraction=0.2, seed=0, writers_apart=writers_apart)
    assert (len(split.train), len(split.calibrate)) == (0.8 * WRITERS_RUN, 0.2 * WRITERS_RUN)
    assert set(split.train).isdisjoint(split.calibrate)
    assert sorted([*split.train, *split.calibrate]) == np.flatnonzero(np.isin(y, [1, 3])).tolist()


def test_the_articles_split_is_scikit_learns_of_the_images():
    from sklearn.model_selection import train_test_split

    y = np.tile(np.arange(10, dtype=np.uint8), 50)
    images = np.arange(len(y))
    normal = images[y != 0]
    expected_train, expected_validation = train_test_split(normal, test_size=0.2, random_state=42)
    split = split_normals(y, range(1, 10), calibrate_fraction=0.2, seed=42, writers_apart=False)
    np.testing.assert_array_equal(images[split.train], expected_train)
    np.testing.assert_array_equal(images[split.calibrate], expected_validation)


def test_no_run_of_writers_is_on_both_sides():
    y = np.random.default_rng(0).integers(0, 10, 20 * WRITERS_RUN + 7, np.uint8)
    split = split_normals(y, range(1, 10), calibrate_fraction=0.1, seed=0, writers_apart=True)
    assert set(split.train // WRITERS_RUN).isdisjoint(split.calibrate // WRITERS_RUN)
    assert len(split.calibrate) / np.count_nonzero(y) == pytest.approx(0.1, abs=0.05)


@pytest.mark.parametrize("writers_apart", [False, True])
def test_another_seed_is_another_split(writers_apart):
    y = np.zeros(40 * WRITERS_RUN, np.uint8)
    one, same, other = (
        split_normals(y, [0], calibrate_fraction=0.5, seed=seed, writers_apart=writers_apart) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one.train, same.train)
    assert set(one.train) != set(other.train)
