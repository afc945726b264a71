"""Python still says of the golden drawings what the browser is held to (tests/browser/test_live.py)."""

import base64
import importlib.util
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

spec = importlib.util.spec_from_file_location("golden", Path(__file__).with_name("golden.py"))
golden = importlib.util.module_from_spec(spec)
spec.loader.exec_module(golden)

CASES = json.loads(golden.GOLDEN.read_text(encoding="utf-8"))
AGAIN = "write the golden vectors again: python tests/ui/canvas/live/golden.py"


def unpacked(text):
    return np.frombuffer(base64.b64decode(text), "<u2") / 65535


def test_the_drawings_are_those_of_the_file():
    assert list(CASES) == list(golden.DRAWINGS), AGAIN


@pytest.mark.parametrize("name", CASES)
def test_python_says_what_the_file_says(name):
    case = CASES[name]
    said = golden.vectors(np.asarray(Image.open(io.BytesIO(base64.b64decode(case["canvas"])))))
    assert said["refusal"] == case["refusal"]
    if said["refusal"]:
        return
    np.testing.assert_allclose(unpacked(said["image"]), unpacked(case["image"]), atol=1e-4, err_msg=AGAIN)
    for bundle, expected in case["answers"].items():
        answer = said["answers"][bundle]
        np.testing.assert_allclose(answer["latent"], expected["latent"], atol=1e-3, err_msg=AGAIN)
        np.testing.assert_allclose(
            unpacked(answer["reconstruction"]), unpacked(expected["reconstruction"]), atol=1e-3, err_msg=AGAIN
        )
        for score in golden.SCORES:
            assert answer[score] == pytest.approx(expected[score], rel=1e-3), AGAIN
