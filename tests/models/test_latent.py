import numpy as np
import pytest

from core.models.latent import Plane, centres, effects, nearest, ranges, swept, walk


def spread(*, n=400, k=5, seed=0):
    """Latents whose variance lies in units 1 (most) and 3, far from the origin."""
    rng = np.random.default_rng(seed)
    widths = np.full(k, 0.01)
    widths[[1, 3]] = 4, 2
    return (7 + rng.standard_normal((n, k)) * widths).astype(np.float32)


def test_a_plane_of_two_units_is_the_latent_space_itself():
    latents = np.random.default_rng(0).uniform(-1, 1, (50, 2)).astype(np.float32)
    plane = Plane.of(latents)
    np.testing.assert_array_equal(plane.points(latents), latents)
    np.testing.assert_array_equal(plane.latents(latents), latents)
    assert plane.explained == 1


def test_a_wider_latent_space_is_cut_along_its_largest_variances():
    latents = spread()
    plane = Plane.of(latents)
    np.testing.assert_allclose(plane.axes @ plane.axes.T, np.eye(2), atol=1e-5)
    np.testing.assert_allclose(np.abs(plane.axes[:, [1, 3]]), np.eye(2), atol=0.05)
    assert plane.axes[0, 1] > 0
    assert plane.axes[1, 3] > 0
    assert 0.99 < plane.explained < 1
    np.testing.assert_allclose(plane.latents(plane.points(latents)), latents, atol=0.1)


def test_the_same_latents_in_another_order_give_the_same_plane():
    latents = spread()
    one, other = Plane.of(latents), Plane.of(latents[::-1])
    np.testing.assert_allclose(one.axes, other.axes, atol=1e-4)


def test_a_plane_and_back_is_the_same_place():
    plane = Plane.of(spread())
    points = plane.lattice(4)
    np.testing.assert_allclose(plane.points(plane.latents(points)), points, atol=1e-4)


def test_the_shown_part_leaves_a_few_far_latents_out_and_brings_them_to_its_border():
    latents = spread()
    latents[0] = 1000
    plane = Plane.of(latents[:, [1, 3]])
    inside = np.all((latents[:, [1, 3]] > plane.low) & (latents[:, [1, 3]] < plane.high), axis=1)
    assert not inside[0]
    assert inside.mean() > 0.95
    np.testing.assert_array_equal(plane.within(latents[:1, [1, 3]]), [plane.high])


def test_the_lattice_goes_row_by_row_from_the_top_left():
    plane = Plane(
        origin=np.zeros(2, np.float32),
        axes=np.eye(2, dtype=np.float32),
        explained=1.0,
        low=np.array([0, 0], np.float32),
        high=np.array([4, 2], np.float32),
    )
    np.testing.assert_allclose(plane.lattice(2), [[1, 1.5], [3, 1.5], [1, 0.5], [3, 0.5]])


def test_latents_that_are_all_alike_have_a_place():
    plane = Plane.of(np.ones((5, 3), np.float32))
    assert (plane.low < plane.high).all()
    assert plane.explained == 1


@pytest.mark.parametrize("shape", [(1, 2), (4, 1)])
def test_a_plane_needs_two_latents_of_two_units(shape):
    with pytest.raises(ValueError, match=r"two or more rows of two or more units, got shape \(\d, \d\)"):
        Plane.of(np.zeros(shape, np.float32))


def test_a_walk_goes_straight_from_end_to_end():
    steps = walk(np.array([0, 2], np.float32), np.array([4, 0], np.float32), 5)
    np.testing.assert_allclose(steps, [[0, 2], [1, 1.5], [2, 1], [3, 0.5], [4, 0]])
    assert steps.dtype == np.float32


def test_a_sweep_moves_one_unit_through_its_range():
    latents = spread()
    span = ranges(latents)
    rows = swept(latents[0], 3, span, 7)
    np.testing.assert_allclose(rows[:, 3], np.linspace(span[0, 3], span[1, 3], 7), rtol=1e-6)
    np.testing.assert_array_equal(np.delete(rows, 3, axis=1), np.repeat(np.delete(latents[:1], 3, axis=1), 7, axis=0))
    assert (span[0] < span[1]).all()


def test_a_units_effect_is_what_its_ends_differ_by():
    class Half:
        """Decodes unit 0 as it is and unit 1 by half, each into one of two pixels."""

        def decode(self, latent):
            return latent * np.array([1, 0.5], np.float32)

    span = np.array([[0, 0], [1, 1]], np.float32)
    np.testing.assert_allclose(effects(Half(), np.zeros(2, np.float32), span), [0.5, 0.25])


def test_neighbours_come_nearest_first():
    latents = np.array([[3, 0], [0, 1], [0, 0], [9, 9]], np.float32)
    np.testing.assert_array_equal(nearest(latents, np.array([0, 0.1], np.float32), 3)[0], [2, 1, 0])
    np.testing.assert_array_equal(nearest(latents, latents[3], 9)[0], [3, 0, 1, 2])


def test_a_labels_centre_is_not_moved_by_a_far_latent():
    latents = np.array([[0, 0], [1, 1], [90, 2], [5, 5]], np.float32)
    np.testing.assert_array_equal(centres(latents, np.array([3, 3, 3, 8], np.uint8)), [[1, 1], [5, 5]])
