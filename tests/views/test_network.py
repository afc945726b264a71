import re

import numpy as np
import pytest

from core.views.network import funnel, heights, units


def test_layers_are_as_high_as_they_are_wide_on_a_logarithmic_scale():
    assert heights([784], widest=784) == [1]
    falling = heights([784, 512, 256, 128, 64, 16, 1], widest=784)
    assert falling == sorted(falling, reverse=True)
    assert falling[2] - falling[3] == pytest.approx(falling[3] - falling[4])  # halves, and halves again
    assert min(falling) > 0


def test_a_funnel_tapers_through_every_layer_and_names_its_width():
    html = funnel([784, 128, 16], widest=784)
    assert re.findall(r">(\d+)<", html) == ["784", "128", "16"]
    points = [tuple(map(float, re.findall(r"[\d.]+", p))) for p in re.search(r"polygon\((.*?)\)", html)[1].split(",")]
    upper, lower = points[:3], points[:2:-1]
    assert [x for x, _ in upper] == [x for x, _ in lower] == [0, 50, 100]
    assert [y for _, y in upper] == sorted(y for _, y in upper)
    assert upper[0] == (0, 0) and lower[0] == (0, 100)


def test_units_are_lit_in_order_and_say_their_range():
    low, high = np.array([-1, 0, 2], np.float32), np.array([1, 8, 3], np.float32)
    html = units(np.array([0, 0.25, 1], np.float32), low, high, widest=784)
    assert re.findall(r'--v:([\d.]+)" data-lo="(-?\d+)" data-hi="(\d+)"', html) == [
        ("0.000", "-1", "1"),
        ("0.250", "0", "8"),
        ("1.000", "2", "3"),
    ]


@pytest.mark.parametrize("width, columns, rows", [(1, 1, 1), (2, 1, 2), (16, 2, 8), (64, 4, 16), (128, 8, 16)])
def test_units_stand_as_a_high_block_and_are_dark_without_an_image(width, columns, rows):
    html = units(None, np.zeros(width, np.float32), np.ones(width, np.float32), widest=784)
    assert html.count('class="kg-unit"') == html.count("--v:0.000") == width
    assert f"--columns:{columns};--rows:{rows};" in html
