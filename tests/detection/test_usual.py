import numpy as np
import pytest

from core.detection.usual import Usual


class Halves:
    """A mirror that returns half of the ink; its units answer the first pixel, its negative, and never."""

    def activations(self, x):
        return {
            "latent": np.stack([x[:, 0], -x[:, 0], np.zeros(len(x), np.float32)], axis=1),
            "reconstruction": x / 2,
        }


@pytest.fixture
def usual():
    """Of 101 even images, from blank to full."""
    return Usual.of(Halves(), np.repeat(np.linspace(0, 1, 101, dtype=np.float32)[:, np.newaxis], 784, axis=1))


def test_ranges_reach_over_the_middle_98_percent_of_the_normals(usual):
    np.testing.assert_allclose(usual.low, [0.01, -0.99, 0], atol=1e-6)
    np.testing.assert_allclose(usual.high[:2], [0.99, -0.01], atol=1e-6)
    assert usual.error == pytest.approx(0.5, abs=0.01)


def test_a_unit_is_lit_by_its_place_in_its_range(usual):
    lit = usual.lit(np.array([0.5, -0.5, 0], np.float32))
    np.testing.assert_allclose(lit, [0.5, 0.5, 0], atol=1e-5)
    np.testing.assert_array_equal(usual.lit(np.array([9, -9, 9], np.float32)), [1, 0, 1])
