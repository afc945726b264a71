"""What a restoring autoencoder learns on: images a little different each time, and damaged.

Everything is drawn from the generator that is passed in. Images are float32 (n, 28, 28) in [0, 1].
"""

import numpy as np

from core.images.data import Bool, Float

# How far a copy may differ from its image: rotation in degrees, log scale of each axis, shear, shift in pixels.
ROTATION, SCALE, SHEAR, SHIFT = 10.0, 0.1, 0.15, 1.5


def jitters(n: int, rng: np.random.Generator) -> Float:
    """Random affine maps (n, 8) from output to input pixels about the centre, as projective transforms.

    The eight numbers are a0 … a2, b0 … b2, 0, 0 with (x, y) ← (a0·x + a1·y + a2, b0·x + b1·y + b2).
    """
    angle = np.deg2rad(rng.uniform(-ROTATION, ROTATION, n))
    wide, high = np.exp(rng.uniform(-SCALE, SCALE, (2, n)))
    shear = rng.uniform(-SHEAR, SHEAR, n)
    cos, sin = np.cos(angle), np.sin(angle)
    linear = np.stack([cos * wide, shear - sin * high, sin * wide, cos * high], axis=1).reshape(n, 2, 2)
    centre = np.full(2, 13.5)
    offset = centre + rng.uniform(-SHIFT, SHIFT, (n, 2)) - linear @ centre
    rows = np.concatenate([linear, offset[:, :, np.newaxis]], axis=2)  # (n, 2, 3)
    return np.concatenate([rows.reshape(n, 6), np.zeros((n, 2))], axis=1).astype(np.float32)


def repenned(images: Float, rng: np.random.Generator) -> Float:
    """Half of the images with strokes up to a pixel thicker or half a pixel thinner, the others as they are."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    cross = [
        images,
        *(padded[:, 1 + dy : 29 + dy, 1 + dx : 29 + dx] for dy, dx in ((-1, 0), (1, 0), (0, -1), (0, 1))),
    ]
    amount = rng.uniform(-0.6, 1, (len(images), 1, 1)).astype(np.float32)
    amount[rng.random(len(images)) < 0.5] = 0
    thicker, thinner = np.maximum.reduce(cross) - images, np.minimum.reduce(cross) - images
    return np.asarray(images + np.maximum(amount, 0) * thicker + np.maximum(-amount, 0) * thinner, np.float32)


def damaged(images: Float, rng: np.random.Generator) -> Float:
    """Each image with, by chance of a half each, a patch erased and a patch of another image pasted, plus noise.

    The noise is Gaussian with a standard deviation drawn from [0, 0.2] for each image; values may leave [0, 1].
    """
    n = len(images)
    result = images.copy()
    result[_patch(n, rng) & _chance(n, rng)] = 0
    pasted = _patch(n, rng) & _chance(n, rng)
    other = result[rng.permutation(n)]
    result = np.where(pasted, np.maximum(result, other), result)
    spread = rng.uniform(0, 0.2, (n, 1, 1)).astype(np.float32)
    return np.asarray(result + spread * rng.standard_normal(images.shape, dtype=np.float32), np.float32)


def _patch(n: int, rng: np.random.Generator) -> Bool:
    """(n, 28, 28): a rectangle of 5 to 13 pixels a side around a random place."""
    size, centre = rng.integers(4, 14, (n, 2)), rng.integers(2, 26, (n, 2))
    within = np.abs(np.arange(28) - centre[..., np.newaxis]) * 2 <= size[..., np.newaxis]  # (n, 2, 28)
    return np.asarray(within[:, 0, :, np.newaxis] & within[:, 1, np.newaxis, :])


def _chance(n: int, rng: np.random.Generator) -> Bool:
    return np.asarray(rng.random((n, 1, 1)) < 0.5)
