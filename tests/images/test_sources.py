import numpy as np
import pytest

from core.errors import KagamiError
from core.images.data import load_mnist
from core.images.sources import SOURCES, brought_in, source_of


@pytest.fixture(scope="module")
def digits():
    return load_mnist("train").x[:4]


@pytest.mark.parametrize("source", SOURCES)
def test_digits_come_in_as_images_that_their_numbers_decide(source, digits):
    came = brought_in(source, digits, range(4), seed=0)
    assert came.dtype == np.float32
    assert came.shape[1:] == (28, 28)
    assert 0 <= came.min() < came.max() <= 1
    assert 1 <= len(came) <= 4 * SOURCES[source].copies
    last = brought_in(source, digits[3:], [3], seed=0, copies=1)
    assert any(np.array_equal(last[0], each) for each in came)


def test_a_scan_is_as_it_is(digits):
    np.testing.assert_array_equal(brought_in("scan", digits, range(4), seed=0) * 255, digits)


def test_a_drawing_and_a_photo_are_not(digits):
    scan = digits[0] / 255
    for source in ("canvas", "photo"):
        (came,) = brought_in(source, digits[:1], [0], seed=0, copies=1)
        assert 1 < np.abs(came - scan).sum() < scan.sum()  # another pen, the same digit


def test_what_nobody_says_anything_about_goes_by_its_size():
    assert source_of((7, 28, 28)) == source_of((28, 28)) == "scan"
    assert source_of((105, 105)) == source_of((3, 28, 29)) == "photo"


def test_no_other_way_leads_in(digits):
    with pytest.raises(KagamiError, match="source must be one of scan, canvas, photo, got 'fax'"):
        brought_in("fax", digits, range(4), seed=0)
