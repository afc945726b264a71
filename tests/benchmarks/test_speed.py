"""The race's bookkeeping, with times that nobody ran."""

from core.benchmarks.speed import row, summary

SLOW = [(20.0, 0.5), (40.0, 0.25), (60.123, 0.2)]
REACHED = row(3, SLOW, [(2.0, 0.3), (4.006, 0.2), (6.0, 0.1)])
MISSED = row(4, SLOW, [(2.0, 0.3), (4.0, 0.21)])


def test_the_clock_stops_where_the_fast_one_first_reaches_what_the_slow_one_ends_at():
    assert REACHED == {
        "seed": 3,
        "val_loss": 0.2,
        "slow_epochs": 3,
        "slow_seconds": 60.12,
        "fast_epochs": 2,
        "fast_seconds": 4.01,
        "fast_val_loss": 0.1,
        "ratio": 15.01,
    }


def test_what_the_slow_one_had_on_its_way_is_not_what_is_to_be_reached():
    found = row(0, [(1.0, 0.1), (2.0, 0.3)], [(0.5, 0.3)])
    assert (found["val_loss"], found["fast_epochs"], found["ratio"]) == (0.3, 1, 4.0)


def test_a_fast_one_that_does_not_get_there_has_no_ratio():
    assert (MISSED["fast_epochs"], MISSED["fast_seconds"], MISSED["ratio"]) == (None, None, None)
    assert MISSED["fast_val_loss"] == 0.21


def test_the_summary_tells_every_run_and_the_ratio_of_all_or_that_there_is_none():
    assert summary({"rows": [REACHED], "ratio": 15.01}).splitlines() == [
        "seed 3: loss 0.20000 after 60.12 s (3 epochs) by article-all, "
        "after 4.01 s (2 epochs) by fast-all: 15.01 times",
        "median ratio: 15.01",
    ]
    assert summary({"rows": [REACHED, MISSED], "ratio": None}).splitlines()[1:] == [
        "seed 4: loss 0.20000 after 60.12 s (3 epochs) by article-all, not reached by fast-all, which ends at 0.21000",
        "median ratio: –",
    ]
