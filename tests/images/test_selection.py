import numpy as np
import pytest

from core.images.selection import ORDERS, bins, examples, select

Y = np.array([1, 0, 1, 2, 1, 0], np.uint8)
SCORES = np.array([0.3, 0.9, 0.1, 0.5, 0.3, 0.2], np.float32)


def chosen(*, digits=(0, 1), count=10, order="first", seed=0):
    return select(Y, SCORES, digits=digits, count=count, order=order, rng=np.random.default_rng(seed)).tolist()


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("first", [0, 1, 2, 4, 5]),
        ("smallest", [2, 5, 0, 4, 1]),  # 0 and 4 score alike: the first is first
        ("largest", [1, 0, 4, 5, 2]),
    ],
)
def test_orders(order, expected):
    assert chosen(order=order) == expected
    for count in range(6):
        assert chosen(order=order, count=count) == expected[:count]


def test_only_the_wanted_digits():
    assert chosen(digits=[2]) == [3]
    assert chosen(digits=(0, 2), order="largest") == [1, 3, 5]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("digits", [(), (7,)])
def test_none_of_the_wanted_digits(order, digits):
    assert chosen(digits=digits, order=order) == []


def test_the_generator_decides_the_random_order():
    first = chosen(order="random", count=3)
    assert chosen(order="random", count=3) == first
    assert {tuple(chosen(order="random", seed=seed)) for seed in range(20)} > {tuple(chosen(order="random"))}
    for seed in range(20):
        assert sorted(chosen(order="random", seed=seed)) == [0, 1, 2, 4, 5]


def test_few_of_the_random_ones_are_from_everywhere():
    assert {chosen(order="random", count=1, seed=seed)[0] for seed in range(50)} == {0, 1, 2, 4, 5}


def test_an_unknown_order():
    with pytest.raises(KeyError, match="best"):
        chosen(order="best")


def test_bins_are_closed_above_and_the_outer_ones_take_what_lies_outside():
    edges = np.array([0, 0.2, 0.5, 1], np.float32)
    scores = np.array([-1, 0, 0.1, 0.2, 0.3, 0.5, 0.9, 1, 7], np.float32)
    assert bins(scores, edges).tolist() == [0, 0, 0, 0, 1, 1, 2, 2, 2]


def test_examples_are_the_first_ones_of_each_bin():
    found = examples(SCORES, np.array([0, 0.2, 0.4, 0.8, 0.85, 1], np.float32), count=2)
    assert [indices.tolist() for indices in found] == [[2, 5], [0, 4], [3], [], [1]]
