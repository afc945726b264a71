import io

import numpy as np
import pytest
from PIL import Image

from core.views.figures import FORMATS, image_rows, to_file


@pytest.fixture
def figure():
    grey = [np.full((28, 28), 20 * i, np.uint8) for i in range(12)]
    colour = [np.zeros((28, 28, 3), np.uint8)] * 12
    return image_rows(
        {"元の画像": grey, "差": colour}, captions=[f"−{i}.0" for i in range(12)], title="記事 · すべての数字"
    )


def test_every_image_has_its_place_in_blocks_of_ten(figure):
    shown = [axis for axis in figure.axes if axis.images]
    assert len(shown) == 24
    texts = [text.get_text() for axis in figure.axes for text in axis.texts]
    assert texts.count("元の画像") == texts.count("差") == 2
    assert sum(text.startswith("−") for text in texts) == 12


@pytest.mark.parametrize("kind", FORMATS)
def test_it_is_a_file_of_its_kind_with_every_japanese_letter(figure, kind):
    """A letter that the font lacks is a warning, and so an error here."""
    content = to_file(figure, kind)
    start = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}[kind]
    assert content.startswith(start)
    if kind == "png":
        assert min(Image.open(io.BytesIO(content)).size) > 400


def test_another_kind_is_refused(figure):
    with pytest.raises(ValueError, match="kind must be one of png, pdf, svg, got 'gif'"):
        to_file(figure, "gif")
