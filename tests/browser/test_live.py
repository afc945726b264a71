"""The live mirror: the browser's numbers are Python's, while the pen is still down, without asking the server."""

import base64
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from core.detection.scores import SCORES
from core.detection.seen import Knowledge, Seen
from core.images.handwriting import ink_of_canvas, prepare
from core.models.bundle import MODELS, load_bundle
from core.models.weights import dense_layers, pack
from core.ui.canvas.live import script
from core.ui.shared import loaders
from core.views.tiles import grey, heat

GOLDEN = Path(__file__).parent.parent / "ui" / "canvas" / "live" / "golden.json"

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


# A stroke like a 7, in the canvas's own unit square.
SEVEN = ((0.25, 0.25), (0.7, 0.25), (0.45, 0.85))


def open_blank(page: Page, app_url: str, experiment: str) -> None:
    page.goto(f"{app_url}/draw?lang=en&experiment={experiment}&character=blank")
    expect(verdict(page)).to_contain_text("No verdict")
    page.wait_for_function("() => window.kagamiLive?.ready")
    page.locator("canvas.upper-canvas").wait_for()
    page.wait_for_timeout(500)


def verdict(page: Page):
    return page.locator(".st-key-verdict .kg-verdict")


def places(page: Page, points=SEVEN, steps: int = 15) -> list[tuple[float, float]]:
    """Points along the line, in pixels of the page."""
    box = page.locator("canvas.upper-canvas").bounding_box()
    at = np.linspace(0, len(points) - 1, steps * (len(points) - 1) + 1)
    x, y = (np.interp(at, range(len(points)), [point[axis] for point in points]) for axis in (0, 1))
    return [(box["x"] + u * box["width"], box["y"] + v * box["height"]) for u, v in zip(x, y, strict=True)]


def draw_without_lifting(page: Page, points=SEVEN) -> None:
    for number, place in enumerate(places(page, points)):
        page.mouse.move(*place)
        if number == 0:
            page.mouse.down()
        page.wait_for_timeout(20)


def tile(page: Page, key: str):
    """What a live tile shows, (28, 28, 4) uint8."""
    data = page.locator(f".st-key-{key} canvas.kg-tile").evaluate("canvas => canvas.toDataURL()")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data.split(",")[1]))).convert("RGBA"))


@pytest.mark.parametrize(("experiment", "score"), [("kagami-all", "mse"), ("article-only-1", "mae")])
def test_the_mirror_answers_before_the_pen_lifts_with_pythons_numbers(
    app_url: str, page: Page, experiment: str, score: str
):
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    open_blank(page, app_url, experiment)
    assert sent, "frames are counted"
    sent.clear()
    draw_without_lifting(page)
    page.wait_for_timeout(200)

    said = page.evaluate(
        "() => ({frames: kagamiLive.frames, pixels: kagamiLive.sheet.toDataURL(), ...kagamiLive.last, "
        "image: [...kagamiLive.last.image], latent: [...kagamiLive.last.latent], "
        "reconstruction: [...kagamiLive.last.reconstruction]})"
    )
    assert said["frames"] >= 5
    assert sent == [], "nothing is sent before the pen lifts"
    expect(verdict(page)).to_contain_text("No verdict")

    # Python on the same pixels
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(said["pixels"].split(",")[1]))).convert("RGBA"))
    image = prepare(ink_of_canvas(pixels, background=(0, 0, 0))).image
    seen = Seen(image.reshape(1, -1), load_bundle(experiment).autoencoder, Knowledge())
    error, usual = float(SCORES[score].compute(seen)[0]), loaders.usual(experiment)
    np.testing.assert_allclose(said["image"], image.ravel(), atol=1e-4)
    assert said["score"] == pytest.approx(error, rel=1e-2)
    largest = np.abs(seen.answers["latent"]).max()
    np.testing.assert_allclose(said["latent"], seen.answers["latent"][0], atol=1e-2 * largest)
    np.testing.assert_allclose(said["reconstruction"], seen.reconstruction[0], atol=1e-2)

    # What stands on the page is just that.
    live = np.array(said["reconstruction"], np.float32).reshape(28, 28)
    assert np.ptp(np.stack([tile(page, "model_input")[..., 0], grey(image)]).astype(int), axis=0).max() <= 1
    assert np.ptp(np.stack([tile(page, "reconstruction")[..., 0], grey(live)]).astype(int), axis=0).max() <= 1
    levels = np.rint(255 * np.clip(np.abs(image - live) / usual.error, 0, 1)) / 255
    colours = np.stack([tile(page, "error_map")[..., :3], heat(levels.astype(np.float32))]).astype(int)
    assert (np.ptp(colours, axis=0).max(axis=-1) > 12).sum() <= 8, (
        "a value half-way between two levels may go either way"
    )
    lit = page.locator(".st-key-latent .kg-unit").evaluate_all(
        "units => units.map(u => u.style.getPropertyValue('--v'))"
    )
    np.testing.assert_allclose([float(v) for v in lit], usual.lit(np.array(said["latent"], np.float32)), atol=2e-3)
    expect(page.locator(".kg-live-value")).to_have_text(f"{said['score']:.4f}")

    # Then the server's answer stands, and nothing else.
    page.mouse.up()
    expect(verdict(page)).not_to_contain_text("No verdict")
    expect(page.locator("canvas.kg-tile, .kg-past")).to_have_count(0)
    for key in ("model_input", "reconstruction", "error_map"):
        expect(page.locator(f".st-key-{key} img.kg-tile")).to_be_visible()
    assert len(sent) >= 1


def test_a_finger_is_answered_as_a_mouse_is(app_url: str, page: Page):
    open_blank(page, app_url, "kagami-all")
    finger = page.context.new_cdp_session(page)
    for number, (x, y) in enumerate(places(page)):
        kind = "touchMove" if number else "touchStart"
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        page.wait_for_timeout(20)
    assert page.evaluate("kagamiLive.frames") >= 5
    assert page.evaluate("kagamiLive.last.refusal") == ""
    expect(verdict(page)).to_contain_text("No verdict")
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(verdict(page)).not_to_contain_text("No verdict")
    expect(page.locator("canvas.kg-tile")).to_have_count(0)


def test_what_is_refused_is_blank_and_then_the_servers_again(app_url: str, page: Page):
    open_blank(page, app_url, "kagami-all")
    draw_without_lifting(page, ((0.5, 0.5), (0.5, 0.505)))
    assert page.evaluate("kagamiLive.last.refusal") == "dot"
    expect(page.locator("canvas.kg-tile.kg-blank")).to_have_count(3)
    expect(page.locator(".kg-live-value")).to_have_text("–")
    page.mouse.up()
    # Its tiles are blank as before: the server has nothing to change there, and they are uncovered all the same.
    expect(verdict(page)).to_contain_text("dot")
    expect(page.locator("canvas.kg-tile, .kg-past")).to_have_count(0)
    expect(page.locator("img.kg-tile.kg-blank").first).to_be_visible()


@pytest.mark.parametrize(
    "broken",
    [
        "canvas => canvas.parentElement.querySelector('.lower-canvas').remove()",
        "canvas => canvas.classList.remove('upper-canvas')",
        "() => { CanvasRenderingContext2D.prototype.getImageData = () => { throw new Error('refused') } }",
    ],
)
def test_a_canvas_that_is_not_as_expected_leaves_the_servers_verdict(app_url: str, page: Page, broken: str):
    open_blank(page, app_url, "kagami-all")
    where = places(page)
    page.locator("canvas.upper-canvas").evaluate(broken)
    for number, place in enumerate(where):
        page.mouse.move(*place)
        if number == 0:
            page.mouse.down()
        page.wait_for_timeout(10)
    assert page.evaluate("kagamiLive.frames") == 0
    page.mouse.up()
    expect(verdict(page)).not_to_contain_text("No verdict")
    expect(page.locator("canvas.kg-tile, .kg-past")).to_have_count(0)


def test_the_network_travels_once(app_url: str, context: BrowserContext):
    transferred = []
    for _ in range(2):
        page = context.new_page()
        open_blank(page, app_url, "kagami-all")
        loaded = page.evaluate(
            "performance.getEntriesByType('resource').map(({name, transferSize}) => [name, transferSize])"
        )
        (size,) = [size for name, size in loaded if name.endswith(".gz")]
        transferred.append(size)
    assert transferred[0] + len(script()) < 1_200_000
    assert transferred[1] == 0, "the second page takes it from the browser's cache"
