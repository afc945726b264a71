import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.detection.scores import SCORES, bce, error_map, mae, mse

X = np.array([[0, 0, 1, 1], [0.5, 0, 0, 0]], np.float32)
SEEN = np.array([[0, 0.5, 1, 0], [0.5, 0, 0, 0]], np.float32)

unit = st.floats(0, 1, width=32)
pairs = arrays(np.float32, (2, 3, 6), elements=unit)


def test_error_map_is_per_pixel():
    np.testing.assert_array_equal(error_map(X, SEEN), [[0, 0.5, 0, 1], [0, 0, 0, 0]])


def test_mae_and_mse_by_hand():
    np.testing.assert_allclose(mae(X, SEEN), [1.5 / 4, 0])
    np.testing.assert_allclose(mse(X, SEEN), [1.25 / 4, 0])


def test_bce_by_hand():
    x = np.array([[1, 0], [0.5, 0.5]], np.float32)
    seen = np.array([[0.5, 0.5], [0.5, 0.25]], np.float32)
    np.testing.assert_allclose(
        bce(x, seen), [np.log(2), (np.log(2) - (np.log(0.25) + np.log(0.75)) / 2) / 2], rtol=1e-6
    )


def test_bce_is_finite_where_the_network_is_sure_and_wrong():
    x = np.array([[0, 1]], np.float32)
    worst = bce(x, 1 - x)
    assert np.isfinite(worst).all()
    # Keras keeps probabilities 1e-7 from 0 and 1; float32 has no number closer to 1 than about 1.2e-7.
    np.testing.assert_allclose(worst, -np.log(1e-7), rtol=0.02)
    np.testing.assert_allclose(bce(x, x), 0, atol=2e-7)


@pytest.mark.parametrize("name", SCORES)
@given(pair=pairs)
def test_every_score_is_one_finite_float32_an_image_and_never_negative(name, pair):
    x, seen = pair
    scores = SCORES[name].compute(x, seen)
    assert scores.shape == (3,)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()
    assert (scores >= -1e-6).all()


@pytest.mark.parametrize("name", SCORES)
@given(pair=pairs)
def test_no_reconstruction_scores_less_than_the_image_itself(name, pair):
    x, seen = pair
    compute = SCORES[name].compute
    assert (compute(x, seen) >= compute(x, x) - 1e-5).all()


@pytest.mark.parametrize("name", SCORES)
def test_no_images_give_no_scores(name):
    nothing = np.zeros((0, 784), np.float32)
    assert SCORES[name].compute(nothing, nothing).shape == (0,)


def test_the_table_names_its_rows():
    assert list(SCORES) == ["mae", "mse", "bce"]
    assert all(name == score.name for name, score in SCORES.items())
