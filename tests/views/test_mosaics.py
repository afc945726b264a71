import numpy as np

from core.views.mosaics import mosaic


def test_images_stand_row_by_row():
    images = np.arange(3, dtype=np.uint8).reshape(3, 1, 1) + 1
    np.testing.assert_array_equal(mosaic(images, columns=2), [[1, 2], [3, 0]])


def test_a_gap_stands_between_images_and_not_around_them():
    images = np.full((2, 2, 2), 9, np.uint8)
    np.testing.assert_array_equal(mosaic(images, columns=2, gap=1), [[9, 9, 0, 9, 9]] * 2)


def test_floats_are_clipped_and_scaled():
    images = np.array([-1, 0.5, 2], np.float32).reshape(3, 1, 1)
    np.testing.assert_array_equal(mosaic(images, columns=3), [[0, 128, 255]])
