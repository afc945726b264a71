import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.views.meter import BINS, Scale, area, density

EVEN = np.linspace(2, 6, 1001, dtype=np.float32)
WIDE = np.geomspace(0.001, 1, 1001).astype(np.float32)


def test_a_linear_scale_grows_evenly_and_ends_at_its_ends():
    scale = Scale(low=-2.0, high=6.0, logarithmic=False)
    assert [scale.at(score) for score in (-2, 0, 2, 6)] == [0, 0.25, 0.5, 1]


def test_a_logarithmic_scale_gives_equal_factors_equal_room():
    scale = Scale(low=0.01, high=100.0, logarithmic=True)
    np.testing.assert_allclose([scale.at(score) for score in (0.01, 0.1, 1, 10, 100)], np.linspace(0, 1, 5))


@pytest.mark.parametrize("logarithmic", [False, True])
def test_beyond_an_end_a_score_stands_at_it_and_is_known_to_be_beyond(logarithmic):
    scale = Scale(low=1.0, high=10.0, logarithmic=logarithmic)
    assert (scale.at(-5), scale.holds(-5)) == (0, False)
    assert (scale.at(0), scale.holds(0)) == (0, False)
    assert (scale.at(99), scale.holds(99)) == (1, False)
    assert scale.holds(1) and scale.holds(10) and scale.holds(5)


def test_narrow_normals_get_a_linear_scale_and_wide_ones_a_logarithmic_one():
    assert not Scale.of(EVEN, 5.0).logarithmic
    assert Scale.of(WIDE, 0.5).logarithmic
    assert not Scale.of(WIDE - 0.5, 0.4).logarithmic  # there is no logarithm below 0


@pytest.mark.parametrize("calibration, threshold", [(EVEN, 5.8), (WIDE, 0.95), (EVEN - 4, 1.8)])
def test_beyond_the_threshold_there_is_room(calibration, threshold):
    scale = Scale.of(calibration, threshold)
    assert 0.5 < scale.at(threshold) < 0.65
    assert scale.at(float(np.median(calibration))) < scale.at(threshold)


@given(
    calibration=st.lists(st.floats(-1e4, 1e4, width=32), min_size=1, max_size=40),
    threshold=st.one_of(st.floats(-1e4, 1e4), st.just(float("inf"))),
    scores=st.lists(st.floats(-1e5, 1e5), min_size=2, max_size=5),
)
def test_places_are_on_the_scale_and_in_the_order_of_the_scores(calibration, threshold, scores):
    scale = Scale.of(np.array(calibration, np.float32), threshold)
    assert scale.low < scale.high
    places = [scale.at(score) for score in sorted(scores)]
    assert places == sorted(places)
    assert 0 <= places[0] <= places[-1] <= 1


def test_the_density_peaks_where_most_normals_are():
    scores = np.array([1.0] * 3 + [4.0] * 9 + [8.0], np.float32)
    scale = Scale(low=0.0, high=10.0, logarithmic=False)
    heights = density(scores, scale)
    assert heights.shape == (BINS,)
    assert heights.max() == pytest.approx(1)
    centres = (np.arange(BINS) + 0.5) * 10 / BINS
    assert centres[heights.argmax()] == pytest.approx(4, abs=0.1)
    assert heights[centres < 2].max() == pytest.approx(1 / 3, abs=0.02)
    assert heights[np.abs(centres - 6).argmin()] == 0


def test_the_area_changes_colour_at_the_threshold():
    html = area(np.array([0, 1, 0.5], np.float32), split=0.6)
    assert re.findall(r'class="([\w-]+)" style="width:([\d.]+)%"', html) == [
        ("kg-normal", "60.00"),
        ("kg-anomalous", "40.00"),
    ]
    # Up is 0 %, so the tallest of the three points is the highest.
    points = re.search(r"polygon\((.*)\)", html)[1].split(",")
    assert [float(point.split()[1][:-1]) for point in points] == [100, 100, 2, 51, 100]
