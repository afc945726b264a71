import numpy as np
import pytest

from core.images.data import load_mnist
from core.images.noise import NOISES
from core.models.bundle import load_bundle
from core.models.denoising import DENOISING, PLAIN, Quality, amounts, cleaned, deviations, measure, passes, shipped


@pytest.fixture(scope="module")
def denoiser():
    return load_bundle(DENOISING).autoencoder


def test_every_kind_and_amount_that_is_offered_was_measured():
    assert set(shipped()) == {(kind, amount) for kind in NOISES for amount in amounts(kind)}
    for noise in NOISES.values():
        assert (amounts(noise.name)[0], amounts(noise.name)[-1]) == (0, noise.most)
        assert noise.default in amounts(noise.name)


@pytest.mark.parametrize("kind", NOISES)
def test_the_denoising_autoencoder_beats_the_plain_one_and_the_filter_at_the_usual_amount(kind):
    found = shipped()[kind, NOISES[kind].default].methods
    assert list(found) == ["noisy", PLAIN, DENOISING, "filter"]
    assert found[DENOISING].psnr > max(found[PLAIN].psnr, found["noisy"].psnr, found["filter"].psnr)


@pytest.mark.parametrize("kind", NOISES)
def test_clean_images_are_clean_and_the_filter_leaves_them_alone(kind):
    point = shipped()[kind, 0]
    assert point.methods["noisy"] == Quality(psnr=None, ssim=1)
    assert (point.filter, point.methods["filter"].psnr) == ("none", None)


def test_what_ships_is_what_is_measured(denoiser):
    shown = shipped()["salt-and-pepper", 0.3]
    autoencoders = {PLAIN: load_bundle(PLAIN).autoencoder, DENOISING: denoiser}
    now = measure("salt-and-pepper", 0.3, autoencoders, train=load_mnist("train").x, test=load_mnist("test").x)
    assert (now.filter, now.strength) == (shown.filter, shown.strength)
    for method, quality in now.methods.items():
        assert quality.psnr == pytest.approx(shown.methods[method].psnr, abs=1e-3)
        assert quality.ssim == pytest.approx(shown.methods[method].ssim, abs=1e-4)


def test_quality_is_that_of_all_pixels_together():
    wanted = np.zeros((2, 784), np.float32)
    given = np.stack([np.zeros(784), np.full(784, 0.2)]).astype(np.float32)
    assert Quality.of(wanted, given).psnr == pytest.approx(-10 * np.log10(0.04 / 2), abs=1e-4)
    assert Quality.of(wanted, wanted) == Quality(psnr=None, ssim=1)


def test_cleaned_has_every_method_and_keeps_what_was_given(denoiser):
    noisy = np.random.default_rng(0).random((3, 784), dtype=np.float32)
    found = cleaned(noisy, {DENOISING: denoiser}, filter_name="none", strength=0)
    assert list(found) == ["noisy", DENOISING, "filter"]
    np.testing.assert_array_equal(found["noisy"], noisy)
    np.testing.assert_array_equal(found["filter"], noisy)
    np.testing.assert_array_equal(found[DENOISING], denoiser.reconstruct(noisy))


@pytest.mark.parametrize("fresh", [True, False])
def test_passes_start_from_noise_and_take_what_came_back(fresh, denoiser):
    given, returned = passes(denoiser, n=3, count=4, fresh=fresh, seed=0)
    assert given.shape == returned.shape == (4, 3, 784)
    for before, after in zip(given, returned, strict=True):
        np.testing.assert_allclose(denoiser.reconstruct(before), after, atol=1e-6)
    assert given[0].std() > 0.3
    added = [np.abs(given[i + 1] - returned[i]).mean() for i in range(3)]
    assert added == sorted(added, reverse=True)
    assert bool(added[-1] > 0) is fresh
    np.testing.assert_array_equal(passes(denoiser, n=3, count=4, fresh=fresh, seed=0)[1], returned)
    assert not np.array_equal(passes(denoiser, n=3, count=4, fresh=fresh, seed=1)[1], returned)


def test_the_noise_between_passes_fades_in_even_steps():
    assert deviations(4) == (1, 0.75, 0.5, 0.25)
