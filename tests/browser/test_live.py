"""The live mirror: the browser's numbers are Python's, while the pen is still down, without asking the server."""

import base64
import json
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page

from core.models.bundle import MODELS
from core.models.weights import dense_layers, pack
from core.ui.live import script

GOLDEN = Path(__file__).parent.parent / "ui" / "live" / "golden.json"

# The engine in an empty page: a canvas as PNG in, what the browser says of it out.
ENGINE = """
window.judge = async (png, packed) => {
  const bytes = async (data, type) => (await fetch(`data:${type};base64,${data}`)).blob();
  const picture = await createImageBitmap(await bytes(png, "image/png"));
  const context = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  context.drawImage(picture, 0, 0);
  const ink = inkOfCanvas(context.getImageData(0, 0, picture.width, picture.height), [0, 0, 0]);
  const image = new Float32Array(784);
  const refusal = prepare(ink, image);
  const answers = {};
  for (const [name, data] of Object.entries(refusal ? {} : packed)) {
    const stream = (await bytes(data, "application/gzip")).stream().pipeThrough(new DecompressionStream("gzip"));
    const network = new Network(unpack(await new Response(stream).arrayBuffer()));
    network.run(image);
    answers[name] = { latent: [...network.latent], reconstruction: [...network.reconstruction] };
    for (const score in SCORES) answers[name][score] = SCORES[score](image, network.reconstruction);
  }
  return { refusal, image: [...image], answers };
};
"""


@pytest.fixture
def engine(page: Page) -> Page:
    page.add_script_tag(type="module", content=script() + ENGINE)
    page.wait_for_function("() => window.judge !== undefined")
    return page


def unpacked(text: str):
    return np.frombuffer(base64.b64decode(text), "<u2") / 65535


def test_the_browser_says_of_the_golden_drawings_what_python_says(engine: Page):
    cases = json.loads(GOLDEN.read_text(encoding="utf-8"))
    bundles = next(case["answers"] for case in cases.values() if not case["refusal"])
    packed = {name: base64.b64encode(pack(dense_layers(MODELS / name / "model.tflite"))).decode() for name in bundles}
    for name, case in cases.items():
        said = engine.evaluate("([png, packed]) => judge(png, packed)", [case["canvas"], packed])
        assert said["refusal"] == case["refusal"], name
        if case["refusal"]:
            assert said["answers"] == {}
            assert max(said["image"]) == 0
            continue
        np.testing.assert_allclose(said["image"], unpacked(case["image"]), atol=1e-4, err_msg=name)
        for bundle, expected in case["answers"].items():
            answer = said["answers"][bundle]
            for score in ("mae", "mse", "bce"):
                assert answer[score] == pytest.approx(expected[score], rel=1e-2), (name, bundle, score)
            largest = np.abs(expected["latent"]).max()
            np.testing.assert_allclose(answer["latent"], expected["latent"], atol=1e-2 * largest, err_msg=name)
            reconstruction = unpacked(expected["reconstruction"])
            np.testing.assert_allclose(answer["reconstruction"], reconstruction, atol=1e-2, err_msg=name)
