"""The map answers the pointer in the browser, and the keyboard as well."""

import re
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.images.data import flatten, load_mnist
from core.models.bundle import load_bundle
from core.models.latent import Plane
from core.ui.shared.loaders import FITTED_ON
from tests.browser.test_every_page import settle

PIXELS = "canvas => Array.from(canvas.getContext('2d').getImageData(0, 0, 28, 28).data)"


def test_hovering_decodes_at_once_and_a_click_stands_in_the_address(app_url: str, page: Page):
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.goto(f"{app_url}/latent?lang=en")
    decoded = page.locator(".kg-plane-decoded")
    expect(decoded).to_have_attribute("data-by", "decoder")
    map_ = page.locator(".kg-plane-map")
    box = map_.bounding_box()
    seen = []
    settle(page)
    sent.clear()
    for x, y in ((0.2, 0.3), (0.8, 0.6)):
        before = decoded.get_attribute("aria-label")
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        expect(decoded).not_to_have_attribute("aria-label", before)  # which follows what is decoded
        seen.append(decoded.evaluate(PIXELS))
    assert max(seen[0][::4]) > 100  # there is ink
    assert sum(abs(a - b) for a, b in zip(*seen, strict=True)) > 10_000  # and other ink elsewhere
    assert not sent  # the server was not asked
    assert "point=" not in page.url

    page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 0.25 * box["height"])
    expect(page).to_have_url(re.compile(r"point=-?\d"))


def test_arrow_keys_move_the_point_and_tell_where_it_is(app_url: str, page: Page):
    page.goto(f"{app_url}/latent?lang=en&point=0,0")
    expect(page.locator(".kg-plane-decoded")).to_have_attribute("aria-label", "Decoded at (0.00, 0.00)")
    page.locator(".kg-plane-map").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".kg-plane-said")).to_have_text(re.compile(r"Point \(0\.0\d, 0\.0\d\)\. The nearest .* a \d\."))
    expect(page).to_have_url(re.compile(r"point=0\.0\d+(,|%2C)0\.0\d+"))


@pytest.mark.parametrize("name", ["plane-all", "kagami-all", "article-all"])
def test_the_browser_decodes_what_python_decodes(app_url: str, page: Page, name: str):
    page.goto(f"{app_url}/latent?lang=en&map_of={name}&point=0.3,-0.2")
    decoded = page.locator(".kg-plane-decoded")
    expect(decoded).to_have_attribute("data-by", "decoder")
    shown = np.reshape(decoded.evaluate(PIXELS), (784, 4))[:, 0]

    autoencoder = load_bundle(name).autoencoder
    plane = Plane.of(autoencoder.encode(flatten(load_mnist("train").x[FITTED_ON])))
    x, y = map(float, parse_qs(urlsplit(page.url).query)["point"][0].split(","))
    expected = autoencoder.decode(plane.latents(np.array([[x, y]], np.float32)))[0] * 255
    assert expected.max() > 100
    np.testing.assert_allclose(shown, expected, atol=2)
