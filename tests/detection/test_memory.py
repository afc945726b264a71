from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.detection import memory as module
from core.detection.memory import BEST, CANDIDATES, LACKING, NEIGHBOURS, Memory, gradients, match


def blot(seed, margin=0):
    """A random image (1, 28, 28), blank near its edges."""
    image = np.zeros((1, 28, 28), np.float32)
    inner = slice(margin, 28 - margin)
    image[:, inner, inner] = np.random.default_rng(seed).random((28 - 2 * margin, 28 - 2 * margin), dtype=np.float32)
    return image


def stroke(*columns):
    """Upright strokes, two pixels wide, from the given columns: (1, 28, 28)."""
    image = np.zeros((1, 28, 28), np.float32)
    for column in columns:
        image[:, 4:24, column : column + 2] = 1
    return image


def held_against(image, others):
    """`match` of plain images, summed over the pixels: invented (k,), missing (k,)."""
    return tuple(found.sum(axis=(1, 2)) for found in match(gradients(image)[0], gradients(others)))


# Gradients


def slow_gradients(image):
    """Sobel's definition at each pixel from 3 above to 3 below the image (28, 28): (2, 34, 34)."""
    paper = np.pad(image.astype(float), 4)
    across = np.outer([1, 2, 1], [-1, 0, 1]) / 8
    found = np.zeros((2, 34, 34))
    for y in range(34):
        for x in range(34):
            window = paper[y : y + 3, x : x + 3]
            found[:, y, x] = (window * across).sum(), (window * across.T).sum()
    return found


def test_gradients_are_sobels():
    images = np.concatenate([blot(0), blot(1)])
    expected = [slow_gradients(image) for image in images]
    found = gradients(images)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)


def test_gradients_of_no_images():
    assert gradients(np.zeros((0, 28, 28), np.float32)).shape == (0, 2, 34, 34)


# Match


def slow_match(image, other):
    """The image distortion model as its paper has it, one pixel and one shift at a time."""
    mine, theirs = slow_gradients(image), slow_gradients(other)

    def at(gradient, y, x):
        return gradient[:, y + 3, x + 3]

    def difference(y, x, dy, dx):
        return sum(
            np.square(at(mine, y + ey, x + ex) - at(theirs, y + dy + ey, x + dx + ex)).sum()
            for ey in (-1, 0, 1)
            for ex in (-1, 0, 1)
        )

    shifts = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    invented, missing = np.zeros((28, 28)), np.zeros((28, 28))
    for y in range(28):
        for x in range(28):
            invented[y, x] = min(difference(y, x, dy, dx) for dy, dx in shifts)
            missing[y, x] = min(difference(y - dy, x - dx, dy, dx) for dy, dx in shifts)
    return invented, missing


def test_match_is_the_image_distortion_model():
    """Noise up to the edges, too, where a place to fit may lie outside of the image."""
    image, other = blot(0), blot(1)
    expected = slow_match(image[0], other[0])
    for found, wanted in zip(match(gradients(image)[0], gradients(other)), expected, strict=True):
        assert (found.shape, found.dtype) == ((1, 28, 28), np.float32)
        np.testing.assert_allclose(found[0], wanted, rtol=1e-4, atol=1e-6)


def test_each_of_the_others_is_matched_by_itself():
    image, others = gradients(blot(0))[0], gradients(np.concatenate([blot(1), blot(2), blot(0)]))
    together = match(image, others)
    for i in range(3):
        for whole, single in zip(together, match(image, others[i : i + 1]), strict=True):
            np.testing.assert_array_equal(whole[i], single[0])


def test_an_image_matches_itself_exactly():
    assert held_against(blot(0), blot(0)) == (0, 0)


@pytest.mark.parametrize("dy", [-1, 0, 1])
@pytest.mark.parametrize("dx", [-1, 0, 1])
def test_a_shift_by_one_pixel_costs_nothing_and_by_four_something(dy, dx):
    image = blot(0, margin=6)
    assert held_against(image, np.roll(image, (dy, dx), axis=(1, 2))) == (0, 0)
    if dy or dx:
        invented, missing = held_against(image, np.roll(image, (4 * dy, 4 * dx), axis=(1, 2)))
        assert min(invented, missing) > 10


def test_an_added_stroke_is_invented_and_an_erased_one_is_missing():
    one, two = stroke(6), stroke(6, 19)
    invented, missing = match(gradients(two)[0], gradients(one))
    assert invented.sum() > 2 * missing.sum() > 0
    assert invented[0, :, 16:24].sum() == pytest.approx(invented.sum()), "where the stroke was added"
    assert invented[0, 4:24, 18:22].min() > 0.5

    seen_from_there = match(gradients(one)[0], gradients(two))
    np.testing.assert_array_equal(seen_from_there[1], invented)
    np.testing.assert_array_equal(seen_from_there[0], missing)


@settings(max_examples=25, deadline=None)
@given(seeds=st.tuples(st.integers(0, 999), st.integers(0, 999)))
def test_what_one_invents_the_other_misses(seeds):
    image, other = (gradients(blot(seed, margin=3)) for seed in seeds)
    invented, missing = match(image[0], other)
    np.testing.assert_allclose(match(other[0], image), (missing, invented), rtol=1e-5, atol=1e-6)
    assert min(invented.min(), missing.min()) >= 0


# Memory


def remembered(n=40, of=60, d=3, seed=0):
    """A memory of n out of `of` noisy images, whose latents are noise of d dimensions."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (of, 28, 28), np.uint8)
    indices = rng.permutation(of)[:n]
    latents = rng.standard_normal((n, d)).astype(np.float32)
    return SimpleNamespace(images=images, indices=indices, latents=latents, memory=Memory.of(images, indices, latents))


@pytest.fixture(scope="module")
def known():
    return remembered()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 999), k=st.integers(1, 50))
def test_nearest_is_brute_force(seed, k, known):
    latent = np.random.default_rng(seed).standard_normal(3).astype(np.float32)
    found, distances = known.memory.nearest(latent, k)
    expected = np.linalg.norm(known.latents - latent, axis=1)
    assert len(found) == len(set(found.tolist())) == min(k, 40)
    # Latents are kept in half precision.
    np.testing.assert_allclose(distances, np.sort(expected)[:k], atol=4e-3)
    np.testing.assert_allclose(distances, expected[found], atol=4e-3)
    assert (np.diff(distances) >= -1e-3).all()


def test_a_remembered_latent_is_nearest_to_itself(known):
    kept = known.latents.astype(np.float16).astype(np.float32)
    for i in range(len(kept)):
        found, distances = known.memory.nearest(kept[i], 1)
        assert found.tolist() == [i]
        assert distances == pytest.approx(0, abs=2e-3)


def test_neighbourhood_density_is_the_best_match_among_the_nearest_others(known):
    assert known.memory.neighbourhood_density.dtype == np.float32
    kept = known.latents.astype(np.float16).astype(np.float32)
    x = known.images[known.indices] / np.float32(255)
    for i in (0, 7, 39):
        distances = np.linalg.norm(kept - kept[i], axis=1)
        distances[i] = np.inf  # itself is no neighbour: it would always match
        neighbours = np.argsort(distances)[:NEIGHBOURS]
        expected = min(np.add(*held_against(x[i : i + 1], x[neighbours])))
        assert known.memory.neighbourhood_density[i] == pytest.approx(expected, rel=1e-4)
    assert known.memory.neighbourhood_density.min() > 1


def test_a_twin_is_a_neighbour():
    images = np.repeat(np.asarray(blot(0) * 255, np.uint8), 3, axis=0)
    images[2] = np.asarray(blot(1)[0] * 255, np.uint8)
    memory = Memory.of(images, np.arange(3), np.array([[0], [0], [1]], np.float32))
    assert memory.neighbourhood_density[:2].tolist() == [0, 0]
    assert memory.neighbourhood_density[2] > 1


def test_recall_by_hand(known):
    rng = np.random.default_rng(5)
    x, latent = rng.random((1, 784), dtype=np.float32), np.zeros((1, 3), np.float32)
    (recalled,) = known.memory.recall(x, latent)

    near, distances = known.memory.nearest(latent[0], CANDIDATES)
    np.testing.assert_array_equal(recalled.near, known.indices[near])
    np.testing.assert_array_equal(recalled.distances, distances)

    theirs = known.images[known.indices[near]] / np.float32(255)
    invented, missing = held_against(x.reshape(1, 28, 28), theirs)
    best = np.argsort(invented + missing)[:BEST]
    np.testing.assert_array_equal(recalled.best, known.indices[near[best]])
    fit, own = (invented + missing)[best].mean(), known.memory.neighbourhood_density[near[best]].mean()
    assert recalled.unlike == pytest.approx(fit / own, rel=1e-5)
    assert recalled.lacking == pytest.approx(np.sort(missing)[:LACKING].mean() / x.sum(), rel=1e-5)

    maps = match(gradients(x.reshape(1, 28, 28))[0], gradients(theirs[best[:1]]))
    np.testing.assert_array_equal([recalled.invented, recalled.missing], [found[0] for found in maps])


def test_a_remembered_image_is_found_again(known):
    x = known.images[known.indices[3]].reshape(1, 784) / np.float32(255)
    (recalled,) = known.memory.recall(x, known.latents[3:4])
    assert recalled.near[0] == recalled.best[0] == known.indices[3]
    assert recalled.distances[0] == pytest.approx(0, abs=4e-3)
    assert recalled.invented.max() == recalled.missing.max() == 0


def test_a_stroke_too_many_is_unlike_and_one_too_few_is_lacking():
    images = np.asarray(np.repeat(stroke(6, 19), 12, axis=0) * 255, np.uint8)
    images[::2] = np.roll(images[::2], 2, axis=2)
    memory = Memory.of(images, np.arange(12), np.arange(12, dtype=np.float32)[:, np.newaxis])
    x = np.concatenate([stroke(7, 20), stroke(7, 13, 20), stroke(7)]).reshape(3, 784)
    usual, more, less = memory.recall(x, np.zeros((3, 1), np.float32))
    assert usual.lacking < more.lacking < less.lacking
    assert more.invented.sum() > 2 * more.missing.sum()
    assert less.missing.sum() > 2 * less.invented.sum()
    assert usual.invented.sum() + usual.missing.sum() < 0.1 * more.invented.sum()


def test_a_blank_image_is_recalled_with_finite_numbers(known):
    (recalled,) = known.memory.recall(np.zeros((1, 784), np.float32), np.zeros((1, 3), np.float32))
    assert np.isfinite([recalled.unlike, recalled.lacking]).all()


def test_few_images_can_be_remembered():
    few = remembered(n=2, of=2)
    (recalled,) = few.memory.recall(np.zeros((1, 784), np.float32), np.zeros((1, 3), np.float32))
    assert sorted(recalled.near.tolist()) == sorted(recalled.best.tolist()) == [0, 1]


def test_arrays_bring_the_memory_back(known):
    kept = known.memory.to_arrays()
    assert {name: array.dtype.name for name, array in kept.items()} == {
        "memory_indices": "uint16",
        "memory_latents": "float16",
        "memory_fellowship": "float32",
    }
    again = Memory.from_arrays(kept, known.images)
    for name, array in again.to_arrays().items():
        np.testing.assert_array_equal(array, kept[name])
    x, latents = np.random.default_rng(1).random((2, 784), dtype=np.float32), known.latents[:2]
    equal_recollections(known.memory.recall(x, latents), again.recall(x, latents))


def equal_recollections(first, second):
    assert len(first) == len(second)
    for one, other in zip(first, second, strict=True):
        for name, value in vars(one).items():
            np.testing.assert_array_equal(value, vars(other)[name], err_msg=name)


def test_threads_find_what_one_would(known, monkeypatch):
    rng = np.random.default_rng(2)
    x, latents = rng.random((20, 784), dtype=np.float32), rng.standard_normal((20, 3)).astype(np.float32)
    together = known.memory.recall(x, latents)
    one_by_one = [known.memory.recall(x[i : i + 1], latents[i : i + 1])[0] for i in range(20)]
    equal_recollections(together, one_by_one)
    monkeypatch.setattr(module, "ThreadPoolExecutor", lambda workers: pytest.fail("one image is not worth a thread"))
    equal_recollections(known.memory.recall(x[:7], latents[:7]), one_by_one[:7])


def test_nothing_is_recalled_of_no_images(known):
    assert known.memory.recall(np.zeros((0, 784), np.float32), np.zeros((0, 3), np.float32)) == []
