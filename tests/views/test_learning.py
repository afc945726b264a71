import numpy as np
import pytest

from core.views.learning import BINS, HIGHEST, LOWEST, error_histogram, loss_curves

COLOURS = {"quiet": "#59646c", "normal": "#006b66", "anomalous": "#b8321a", "line": "#d6d8d4"}
LOSS_WORDS = {"epoch": "Epoch", "loss": "Loss", "description": "Loss over epochs"}
ERROR_WORDS = {"normal": "known", "unseen": "new", "error": "Error", "share": "Share", "description": "Errors"}


def values(chart, layer):
    data = layer["data"]
    return data["values"] if "values" in data else chart["datasets"][data["name"]]


def curves(which, *, dashes=((1, 0), (6, 3)), epochs=3, at=None):
    """The chart, its mark and its lines."""
    chart = loss_curves(which, dashes=dashes, epochs=epochs, at=at, words=LOSS_WORDS, colours=COLOURS).to_dict()
    return chart, *chart["layer"]


def test_losses_stand_over_epochs_from_1_and_what_is_no_number_is_left_out():
    chart, _, lines = curves({"training": [0.5, 0.25, float("nan")], "validation": [float("inf"), 0.123456789]})
    assert [(row["which"], row["epoch"], row["loss"]) for row in values(chart, lines)] == [
        ("training", 1, 0.5),
        ("training", 2, 0.25),
        ("validation", 2, 0.12346),
    ]
    assert lines["encoding"]["y"]["scale"]["type"] == "log"
    assert lines["encoding"]["strokeDash"]["scale"] == {
        "domain": ["training", "validation"],
        "range": [[1, 0], [6, 3]],
    }
    assert chart["description"] == "Loss over epochs"


def test_the_axis_ends_where_training_will_and_does_not_move_meanwhile():
    _, _, lines = curves({"training": [0.5]}, epochs=50)
    assert lines["encoding"]["x"]["scale"] == {"domain": [0, 50], "nice": False}
    _, _, lines = curves({"training": []}, epochs=0)
    assert lines["encoding"]["x"]["scale"]["domain"] == [0, 1]


@pytest.mark.parametrize(("at", "marked"), [(None, []), (0, [{"epoch": 0}]), (2, [{"epoch": 2}])])
def test_the_epoch_that_is_shown_is_marked_even_the_one_before_training(at, marked):
    chart, mark, _ = curves({"training": [0.5, 0.4]}, at=at)
    assert values(chart, mark) == marked


def bars(normal, unseen):
    """The chart and its rows of each kind."""
    chart = error_histogram(
        np.array(normal, np.float16), np.array(unseen, np.float16), words=ERROR_WORDS, colours=COLOURS
    ).to_dict()
    rows = values(chart, chart)
    return chart, *([row for row in rows if row["kind"] == kind] for kind in ("known", "new"))


def test_each_kind_has_shares_of_its_own_in_bins_of_equal_factors():
    chart, normal, unseen = bars([0.01, 0.01, 0.01, 0.1], [0.3])
    assert [row["share"] for row in normal] == [0.75, 0.25]
    assert [row["share"] for row in unseen] == [1]
    for rows, errors in ((normal, (0.01, 0.1)), (unseen, (0.3,))):
        for row, error in zip(rows, errors, strict=True):
            assert row["from"] <= error < row["to"]
            assert row["to"] / row["from"] == pytest.approx((HIGHEST / LOWEST) ** (1 / BINS))
    assert chart["encoding"]["x"]["scale"]["domain"] == [LOWEST, HIGHEST]
    assert chart["encoding"]["color"]["scale"] == {
        "domain": ["known", "new"],
        "range": [COLOURS["normal"], COLOURS["anomalous"]],
    }


def test_errors_beyond_the_scale_and_those_that_are_no_number_are_in_its_outermost_bins():
    _, normal, unseen = bars([0, 0.9, float("nan"), float("inf")], [])
    assert [(row["from"], row["share"]) for row in normal] == [
        (pytest.approx(LOWEST), 0.25),
        (pytest.approx(HIGHEST / (HIGHEST / LOWEST) ** (1 / BINS)), 0.75),
    ]
    assert unseen == []
