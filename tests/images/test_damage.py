import numpy as np
import pytest

from core.images import damage
from core.images.damage import damaged, jitters, repenned

FULL = np.ones((400, 28, 28), np.float32)


def rng(seed=0):
    return np.random.default_rng(seed)


class Still(np.random.Generator):
    """A generator whose noise is silence, so that only erased and pasted patches are left."""

    def standard_normal(self, size=None, dtype=np.float64, out=None):
        return np.zeros(size, dtype)


def still(seed=0):
    return Still(np.random.PCG64(seed))


def noise(n=50, seed=0):
    return rng(seed).random((n, 28, 28), dtype=np.float32)


def box(changed):
    """Height and width of what is True in (28, 28), which must be a filled rectangle; 0, 0 for nothing."""
    if not changed.any():
        return 0, 0
    ys, xs = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    height, width = np.ptp(ys) + 1, np.ptp(xs) + 1
    assert changed.sum() == height * width, "a filled rectangle"
    return int(height), int(width)


# Everything is drawn from the generator that is passed in


@pytest.mark.parametrize(
    "draw",
    [lambda rng: jitters(20, rng), lambda rng: repenned(noise(), rng), lambda rng: damaged(noise(), rng)],
    ids=["jitters", "repenned", "damaged"],
)
def test_the_generator_decides_everything(draw):
    np.random.seed(0)  # noqa: NPY002
    first = draw(rng(5))
    np.random.seed(1)  # noqa: NPY002
    np.testing.assert_array_equal(draw(rng(5)), first)
    assert not np.array_equal(draw(rng(6)), first)
    one = rng(5)
    assert not np.array_equal(draw(one), draw(one)), "each draw is another"
    assert first.dtype == np.float32


@pytest.mark.parametrize("change", [repenned, damaged])
def test_the_images_that_are_passed_in_stay_as_they_are(change):
    images = noise()
    images.flags.writeable = False
    before = images.copy()
    assert change(images, rng()).shape == images.shape
    np.testing.assert_array_equal(images, before)


# Jitters


def moved(points, transforms):
    """Where transforms (n, 8) take points (m, 2), as x and y: (n, m, 2)."""
    linear = transforms[:, [0, 1, 3, 4]].reshape(-1, 2, 2)
    return np.einsum("nij,mj->nmi", linear, points) + transforms[:, np.newaxis, [2, 5]]


def test_no_amplitude_is_the_identity(monkeypatch):
    for name in ("ROTATION", "SCALE", "SHEAR", "SHIFT"):
        monkeypatch.setattr(damage, name, 0.0)
    np.testing.assert_array_equal(jitters(3, rng()), [[1, 0, 0, 0, 1, 0, 0, 0]] * 3)


def test_jitters_are_affine_about_the_centre(monkeypatch):
    transforms = jitters(500, rng())
    assert transforms.shape == (500, 8)
    np.testing.assert_array_equal(transforms[:, 6:], 0)
    centres = moved(np.array([[13.5, 13.5]]), transforms)[:, 0]
    assert np.abs(centres - 13.5).max() <= damage.SHIFT + 1e-4
    np.testing.assert_allclose(centres.mean(axis=0), 13.5, atol=0.2)
    monkeypatch.setattr(damage, "SHIFT", 0.0)
    np.testing.assert_allclose(moved(np.array([[13.5, 13.5]]), jitters(500, rng())), 13.5, atol=1e-4)


@pytest.mark.parametrize("only", ["ROTATION", "SCALE", "SHEAR"])
def test_each_amplitude_does_what_its_name_says(only, monkeypatch):
    for name in {"ROTATION", "SCALE", "SHEAR", "SHIFT"} - {only}:
        monkeypatch.setattr(damage, name, 0.0)
    linear = jitters(300, rng())[:, [0, 1, 3, 4]].reshape(-1, 2, 2).astype(float)
    if only == "ROTATION":
        np.testing.assert_allclose(np.linalg.det(linear), 1, atol=1e-5)
        degrees = np.rad2deg(np.arctan2(linear[:, 1, 0], linear[:, 0, 0]))
        assert 8 < np.abs(degrees).max() <= 10
    elif only == "SCALE":
        np.testing.assert_array_equal(linear[:, [0, 1], [1, 0]], 0)
        logs = np.log(linear[:, [0, 1], [0, 1]])
        assert 0.09 < np.abs(logs).max() <= 0.1 + 1e-6
        assert np.abs(logs[:, 0] - logs[:, 1]).max() > 0.1, "each axis has its own"
    else:
        np.testing.assert_array_equal(linear[:, [0, 1, 1], [0, 0, 1]], [[1, 0, 1]] * 300)
        assert 0.14 < np.abs(linear[:, 0, 1]).max() <= 0.15 + 1e-6


# Repenned


def test_half_of_the_images_keep_their_pen():
    images = noise(400)
    kept = (repenned(images, rng()) == images).all(axis=(1, 2))
    assert 150 < kept.sum() < 250


def test_a_pen_stays_within_the_range_of_its_neighbours():
    images = noise(100)
    result = repenned(images, rng())
    assert result.min() >= 0
    assert result.max() <= 1
    wide = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    cross = [wide[:, 1:29, 1:29], wide[:, :28, 1:29], wide[:, 2:, 1:29], wide[:, 1:29, :28], wide[:, 1:29, 2:]]
    assert (result <= np.max(cross, axis=0) + 1e-6).all()
    assert (result >= np.min(cross, axis=0) - 1e-6).all()


def test_strokes_get_thicker_or_thinner():
    images = np.zeros((400, 28, 28), np.float32)
    images[:, 4:24, 13:15] = 1
    row = repenned(images, rng())[:, 14]  # (n, 28) across the stroke
    width = row.sum(axis=1)
    assert (row[:, :12] == 0).all()
    assert (row[:, 16:] == 0).all()
    # Two pixels wide: up to one more on each side, down to 0.6 less on each.
    assert 3.9 < width.max() <= 4 + 1e-5
    assert 2 - 1.2 - 1e-5 <= width.min() < 0.9
    # Each side alike, and a stroke is never both thicker and thinner.
    np.testing.assert_array_equal(row[:, 12], row[:, 15])
    assert ((row[:, 12] == 0) | (row[:, 13] == 1)).all()


# Damaged


def test_half_of_the_images_have_a_patch_erased():
    result = damaged(FULL, still())
    # Of others, all of ink, nothing new can be pasted, but what was erased may be pasted over.
    assert set(np.unique(result)) == {0, 1}
    assert 100 < (result == 0).any(axis=(1, 2)).sum() < 250


def test_what_is_erased_is_a_rectangle_around_a_place():
    only = still()
    sizes = [box(damaged(FULL[:1], only)[0] == 0) for _ in range(300)]
    erased = [size for size in sizes if size != (0, 0)]
    assert 100 < len(erased) < 200
    assert all(5 <= side <= 13 for size in erased for side in size)
    assert len(set(erased)) > 20, "of many sizes"


def test_what_is_pasted_is_a_rectangle_of_another_image():
    pair = np.stack([np.zeros((28, 28), np.float32), np.ones((28, 28), np.float32)])
    only = still()
    blanks = [damaged(pair, only) for _ in range(300)]
    pasted = [blank for blank, full in blanks if full.all() and blank.any()]
    # A chance of a half for the patch, and of a half to be given the other image.
    assert 20 < len(pasted) < 90
    assert all(5 <= side <= 13 for blank in pasted for side in box(blank > 0))


def test_pasting_takes_nothing_away(monkeypatch):
    to_erase, to_paste = np.zeros((200, 28, 28), bool), damage._patch(200, rng())
    patches = iter([to_erase, to_paste])
    monkeypatch.setattr(damage, "_patch", lambda n, rng: next(patches))
    images = noise(200)
    result = damaged(images, still())
    brighter = result > images
    assert not (result < images).any()
    assert not brighter[~to_paste].any()
    assert 70 < brighter.any(axis=(1, 2)).sum() < 130
    # Each from the same place in another image.
    for i, y, x in np.argwhere(brighter)[::500]:
        assert result[i, y, x] in images[:, y, x]


def test_noise_is_gaussian_of_another_strength_for_each_image(monkeypatch):
    monkeypatch.setattr(damage, "_chance", lambda n, rng: np.zeros((n, 1, 1), bool))
    added = damaged(FULL, rng()) - 1
    strength = added.std(axis=(1, 2))
    assert 0 <= strength.min() < 0.01
    assert 0.19 < strength.max() < 0.21
    assert strength.mean() == pytest.approx(0.1, abs=0.01)
    standardised = (added / strength[:, np.newaxis, np.newaxis]).ravel()
    assert standardised.mean() == pytest.approx(0, abs=0.01)
    assert np.mean(np.abs(standardised) < 1) == pytest.approx(0.683, abs=0.01)
    assert added.max() > 0.5, "values may leave [0, 1]"


def test_no_images_can_be_changed():
    nothing = np.zeros((0, 28, 28), np.float32)
    assert jitters(0, rng()).shape == (0, 8)
    assert repenned(nothing, rng()).shape == damaged(nothing, rng()).shape == (0, 28, 28)
