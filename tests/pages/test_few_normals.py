"""A bundle with few calibration normals, as one that was brought from elsewhere may be."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from core.models.bundle import CALIBRATION, load_bundle, write_bundle
from core.models.home import user_models


@pytest.fixture(params=["article-all", "article-without-0"])
def few(request, home):
    """Name of a bundle of the user's with ten calibration scores."""
    shipped = load_bundle(request.param)

    def fill(folder):
        for file in shipped.card.files:
            shutil.copy(shipped.path / file, folder / file)
        arrays = {
            name: array[:10] if name.startswith("score_") else array for name, array in shipped.calibration.items()
        }
        np.savez(folder / CALIBRATION, **arrays)
        return replace(shipped.card, title="Few")

    name = f"my-{request.param}"
    write_bundle(user_models() / name, fill)
    return name


@pytest.mark.parametrize("page", ["pages/draw.py", "pages/detect.py", "pages/reconstruct.py"])
@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("en", "For a false-alarm rate of 0.5 % the conformal rule needs 199 normals, and there are 10."),
        ("ja", "誤検知率を 0.5 % にするには、正常なデータが 199 個必要ですが、10 個しかありません。"),
    ],
)
def test_a_page_says_how_many_normals_the_rule_needs(page, lang, sentence, few, open_page):
    found = open_page(page, lang=lang, experiment=few, rule="conformal", false_alarms="0.5")
    assert [sentence in error.value for error in found.error] == [True]
    assert "∞" not in "".join(element.proto.body for element in found.get("html"))


@pytest.mark.parametrize("page", ["pages/draw.py", "pages/detect.py"])
def test_another_rule_can_be_chosen(page, few, open_page):
    found = open_page(page, experiment=few, rule="conformal", false_alarms="5")
    assert len(found.error) == 1
    (rule,) = [each for each in found.selectbox if each.label == "Threshold rule"]
    rule.select("quantile").run()
    assert (len(found.error), len(found.exception)) == (0, 0)
