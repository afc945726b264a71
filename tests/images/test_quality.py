import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from core.images.quality import psnr, ssim


@pytest.fixture
def pair():
    rng = np.random.default_rng(0)
    wanted = rng.random((5, 28, 28), dtype=np.float32)
    return wanted, np.clip(wanted + 0.2 * rng.standard_normal((5, 28, 28), dtype=np.float32), 0, 1)


@pytest.mark.parametrize(
    ("mine", "theirs"), [(psnr, peak_signal_noise_ratio), (ssim, structural_similarity)], ids=["psnr", "ssim"]
)
def test_they_are_scikit_images(mine, theirs, pair):
    wanted, given = pair
    expected = [theirs(a.astype(float), b.astype(float), data_range=1) for a, b in zip(wanted, given, strict=True)]
    found = mine(wanted, given)
    assert (found.shape, found.dtype) == ((5,), np.float32)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    np.testing.assert_array_equal(found, mine(wanted.reshape(5, 784), given.reshape(5, 784)))


def test_a_tenth_away_is_twenty_decibels():
    assert psnr(np.zeros((1, 784), np.float32), np.full((1, 784), 0.1, np.float32))[0] == pytest.approx(20)


def test_the_same_image_is_as_near_as_can_be(pair):
    wanted, _ = pair
    assert (psnr(wanted, wanted) == np.inf).all()
    np.testing.assert_allclose(ssim(wanted, wanted), 1)


@pytest.mark.parametrize("measure", [psnr, ssim])
def test_different_shapes_are_refused(measure, pair):
    with pytest.raises(ValueError, match="same shape"):
        measure(pair[0], pair[1][:4])
