"""How near one image comes to another: PSNR and SSIM, one figure an image, higher is nearer."""

import numpy as np

from core.images.data import Float

# A third of a digit's height, and scikit-image's own default; Wang et al.'s 11 pixels are meant for photographs.
WINDOW = 7


def psnr(wanted: Float, given: Float) -> Float:
    """Peak signal-to-noise ratio in dB, 10 · log₁₀(1 / mean squared error): (n,) float32; infinite where equal.

    wanted, given: (n, 28, 28) or (n, 784), float in [0, 1]. Written out because scikit-image's
    `peak_signal_noise_ratio`, which the tests hold it against, takes one image and a second to import.
    """
    _same(wanted, given)
    squared = np.square(np.subtract(wanted, given, dtype=np.float64)).reshape(len(wanted), -1)
    with np.errstate(divide="ignore"):
        return np.asarray(-10 * np.log10(squared.mean(axis=1)), np.float32)


def ssim(wanted: Float, given: Float) -> Float:
    """Structural similarity (Wang et al., IEEE Trans. Image Processing, 2004): (n,) float32 in [−1, 1], 1 where equal.

    wanted, given: (n, 28, 28) or (n, 784), float in [0, 1]. It compares mean, contrast and pattern in every window of
    7×7 pixels; scikit-image's, with data_range=1. Paper that stays paper counts as alike, so that it is never low
    on digits.
    """
    # Here and not above: most pages compare nothing.
    from skimage.metrics import structural_similarity

    _same(wanted, given)
    pairs = zip(wanted.reshape(-1, 28, 28), given.reshape(-1, 28, 28), strict=True)
    return np.array([structural_similarity(a, b, win_size=WINDOW, data_range=1) for a, b in pairs], np.float32)


def _same(wanted: Float, given: Float) -> None:
    if wanted.shape != given.shape:
        raise ValueError(f"images must have the same shape, got {wanted.shape} and {given.shape}")
