import numpy as np
import pytest

from core.images.filters import FILTERS, best_filter
from core.images.noise import add_noise


@pytest.fixture
def strokes():
    images = np.zeros((4, 28, 28), np.float32)
    images[:, 6:22, 12:17] = 1
    return images


@pytest.mark.parametrize("row", FILTERS.values(), ids=FILTERS)
def test_a_filter_keeps_shape_type_and_range_and_images_apart(row, strokes):
    noisy = add_noise(strokes, "gaussian", 0.3, 0)
    for strength in row.strengths:
        found = row.apply(noisy, strength)
        assert (found.shape, found.dtype) == (noisy.shape, np.float32)
        assert 0 <= found.min() <= found.max() <= 1
        np.testing.assert_allclose(found[2:3], row.apply(noisy[2:3], strength), atol=1e-6)


def test_a_median_takes_a_single_speck_away(strokes):
    speckled = strokes.copy()
    speckled[:, 2, 2] = 1
    np.testing.assert_array_equal(
        FILTERS["median"].apply(speckled, 3)[:, :5], FILTERS["median"].apply(strokes, 3)[:, :5]
    )


@pytest.mark.parametrize(
    ("kind", "amount", "name"),
    [("gaussian", 0, "none"), ("salt-and-pepper", 0.2, "median"), ("speckle", 1.5, "smooth"), ("blur", 1.5, "sharpen")],
)
def test_each_noise_has_a_filter_of_its_own(kind, amount, name, strokes):
    found, strength = best_filter(strokes, add_noise(strokes, kind, amount, 0))
    assert found == name or (kind == "speckle" and found == "median")
    assert strength in FILTERS[found].strengths
