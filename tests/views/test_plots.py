import re

import numpy as np

from core.views.plots import curve, hills, scatter


def test_a_curve_is_drawn_as_far_as_it_went():
    def lines(at):
        return re.findall(r'class="kg-(\w+)" points="([^"]*)"', curve([3, 2, 1, 1], at=at, label="l", x="x", y="y"))

    assert [(kind, len(points.split())) for kind, points in lines(2)] == [("faint", 4), ("line", 2)]
    assert [kind for kind, _ in lines(0)] == ["faint"]
    heights = [float(point.split(",")[1]) for point in lines(4)[1][1].split()]
    assert heights[0] < heights[1] < heights[2] == heights[3]  # down the page, as the values go down


def test_a_scatter_tells_what_lies_above_its_line_by_shape_and_class():
    errors = np.array([0.1, 0.5, 0.9, 0.8], np.float32)
    bold = np.array([True, True, True, False])
    svg = scatter(errors, errors, bold, line=0.6, label="l", x="x", y="y", name="threshold")
    assert svg.count('<path class="kg-anomalous"') == 1
    assert svg.count('<circle class="kg-normal"') == 2
    assert ">threshold<" in svg


def test_the_taller_hill_reaches_the_top_and_labels_are_escaped():
    rng = np.random.default_rng(0)
    normal, unseen = rng.normal(0, 1, 500).astype(np.float32), rng.normal(5, 3, 500).astype(np.float32)
    svg = hills(normal, unseen, line=2.0, label="a & b", x="x", names=("n", "u"))
    tops = [
        min(float(point.split(",")[1]) for point in points.split())
        for points in re.findall(r'class="kg-hill [\w-]+" points="([^"]*)"', svg)
    ]
    assert tops[0] == 40
    assert tops[1] > tops[0]
    assert 'aria-label="a &amp; b"' in svg


def test_what_lies_beyond_the_ends_is_no_second_hill():
    normal = np.random.default_rng(0).normal(0, 1, 5000).astype(np.float32)
    unseen = np.repeat(np.array([0, 50], np.float32), 10)
    plot = hills(normal, unseen, line=1, label="l", x="x", names=("a", "b"))
    heights = [float(point.split(",")[1]) for point in re.findall(r'points="([^"]+)"', plot)[1].split()]
    assert heights[-2] == heights[-1] == heights[0]
    assert min(heights) < heights[0] - 50
