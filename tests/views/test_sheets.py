"""The labelled sheet."""

import io

import numpy as np
from PIL import Image

from core.detection.judgement import Judgement
from core.views.sheets import sheet_of

BLANK = np.zeros((28, 28), np.float32)
JUDGED = Judgement(
    image=BLANK,
    reconstruction=BLANK,
    error_map=BLANK,
    score=0.5,
    threshold=1.0,
    anomalous=False,
    p_value=0.25,
    above=0.75,
    closest=np.empty(0, np.intp),
    latent=np.zeros(2, np.float32),
    borderline=False,
)


def test_a_sheet_grows_with_its_drawings_and_carries_japanese():
    def opened(n, foot="脚注"):
        return Image.open(io.BytesIO(sheet_of([JUDGED] * n, ["1 ● 正常"] * n, heading="見出し", foot=foot, most=0.5)))

    one, four = opened(1), opened(4)
    assert one.format == "PNG"
    assert four.height > one.height
    # A font without Japanese would draw the same box for every character.
    assert np.asarray(opened(1, "鏡鏡")).tobytes() != np.asarray(opened(1, "数字")).tobytes()
