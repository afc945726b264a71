import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from core.errors import KagamiError
from core.images.noise import NOISES, add_noise, mixed_noise

KINDS = list(NOISES)
RANDOM = [kind for kind in KINDS if kind != "blur"]


@pytest.fixture
def strokes():
    """(20, 28, 28): half grey, half full ink in the middle of the paper."""
    images = np.zeros((20, 28, 28), np.float32)
    images[:, 8:20, 6:14] = 0.5
    images[:, 8:20, 14:22] = 1
    return images


@pytest.mark.parametrize("kind", KINDS)
def test_noise_is_the_seeds_and_keeps_shape_type_and_range(kind, strokes):
    noise = NOISES[kind]
    for amount in (noise.default, noise.most):
        noisy = add_noise(strokes, kind, amount, 3)
        assert (noisy.shape, noisy.dtype) == (strokes.shape, np.float32)
        assert 0 <= noisy.min() <= noisy.max() <= 1
        assert not np.array_equal(noisy, strokes)
        np.testing.assert_array_equal(noisy, add_noise(strokes, kind, amount, np.random.default_rng(3)))
        flat = add_noise(strokes.reshape(20, 784), kind, amount, 3)
        np.testing.assert_array_equal(flat.reshape(20, 28, 28), noisy)
        assert np.array_equal(noisy, add_noise(strokes, kind, amount, 4)) is (kind == "blur")


@pytest.mark.parametrize("kind", KINDS)
def test_none_of_it_changes_nothing(kind, strokes):
    np.testing.assert_array_equal(add_noise(strokes, kind, 0, 0), strokes)


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_images_do_not_depend_on_how_many_follow(kind, strokes):
    amount = NOISES[kind].default
    np.testing.assert_array_equal(add_noise(strokes, kind, amount, 0)[:3], add_noise(strokes[:3], kind, amount, 0))


@pytest.mark.parametrize("kind", KINDS)
def test_more_is_further_away(kind, strokes):
    noise = NOISES[kind]
    away = [np.abs(add_noise(strokes, kind, a, 0) - strokes).mean() for a in np.linspace(0, noise.most, 5)]
    assert away == sorted(away)
    assert len(set(away)) == 5


@pytest.mark.parametrize("kind", KINDS)
def test_no_images_are_no_images(kind):
    assert add_noise(np.empty((0, 784), np.float32), kind, NOISES[kind].default, 0).shape == (0, 784)


@pytest.mark.parametrize("kind", KINDS)
def test_the_slider_reaches_its_default_and_its_end(kind):
    noise = NOISES[kind]
    for amount in (noise.default, noise.most):
        assert amount / noise.step == pytest.approx(round(amount / noise.step))


def test_gaussian_has_its_deviation():
    grey = np.full((50, 28, 28), 0.5, np.float32)
    assert (add_noise(grey, "gaussian", 0.1, 0) - grey).std() == pytest.approx(0.1, rel=0.02)


def test_salt_and_pepper_takes_its_share_of_the_pixels_half_of_it_ink():
    grey = np.full((50, 28, 28), 0.5, np.float32)
    noisy = add_noise(grey, "salt-and-pepper", 0.4, 0)
    for value, share in ((0, 0.2), (0.5, 0.6), (1, 0.2)):
        assert (noisy == value).mean() == pytest.approx(share, abs=0.01)


def test_speckle_leaves_paper_alone(strokes):
    noisy = add_noise(strokes, "speckle", 1, 0)
    assert not noisy[strokes == 0].any()
    assert noisy[strokes == 0.5].std() > 0.2


def test_occlusion_rubs_out_a_whole_square_within_each_image():
    noisy = add_noise(np.ones((200, 28, 28), np.float32), "occlusion", 6, 0)
    assert ((noisy == 0).sum(axis=(1, 2)) == 36).all()
    for axis in (1, 2):
        assert ((noisy.min(axis=axis) == 0).sum(axis=1) == 6).all()
    assert (noisy == 0).any(axis=0)[[0, -1]].any(axis=1).all(), "it reaches the first and the last row"
    assert (noisy == 0).any(axis=0)[:, [0, -1]].any(axis=0).all(), "and column"


def test_blur_is_scipys(strokes):
    expected = gaussian_filter(strokes, sigma=(0, 1.5, 1.5), mode="constant", truncate=20)
    np.testing.assert_allclose(add_noise(strokes, "blur", 1.5, 0), expected, atol=1e-5)


def test_mixed_noise_is_the_generators_and_leaves_a_sixth_clean(strokes):
    many = np.tile(strokes, (30, 1, 1))  # (600, 28, 28)
    noisy = mixed_noise(many, np.random.default_rng(0))
    assert (noisy.shape, noisy.dtype) == (many.shape, np.float32)
    assert 0 <= noisy.min() <= noisy.max() <= 1
    clean = (noisy == many).all(axis=(1, 2)).mean()
    assert 1 / 6 - 0.05 < clean < 1 / 6 + 0.08  # a patch may also miss all ink
    np.testing.assert_array_equal(noisy, mixed_noise(many, np.random.default_rng(0)))
    assert not np.array_equal(noisy, mixed_noise(many, np.random.default_rng(1)))
    assert mixed_noise(many.reshape(-1, 784), np.random.default_rng(0)).shape == (600, 784)


@pytest.mark.parametrize("amount", [-0.1, 1.1, float("nan"), float("inf")])
def test_an_amount_out_of_range_is_refused(amount, strokes):
    with pytest.raises(KagamiError, match="amount of gaussian must be from 0 to 1, got"):
        add_noise(strokes, "gaussian", amount, 0)


def test_an_unknown_kind_is_refused(strokes):
    with pytest.raises(KagamiError, match=r"kind must be one of gaussian, salt-and-pepper, .*, got 'rain'"):
        add_noise(strokes, "rain", 0.1, 0)


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((1, 28, 28), np.uint8),
        np.zeros((1, 28, 28)),
        np.zeros((1, 27, 28), np.float32),
        np.full((1, 784), 1.5, np.float32),
        np.full((1, 784), np.nan, np.float32),
    ],
    ids=["uint8", "float64", "size", "too white", "nan"],
)
def test_other_images_are_refused(images):
    with pytest.raises(ValueError, match="images must be float32"):
        add_noise(images, "gaussian", 0.1, 0)
