"""Below a sub-path (`server.baseUrlPath`) every page has all that it asks for, and no link leaves it."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_every_page import addresses, opened, settle

LINKS = "() => [...document.querySelectorAll('a[href]')].map((link) => link.href)"
# Of the latent map: its pictures, as loaded as an image is.
PICTURES = """() => {
  const map = document.querySelector(".kg-plane")?.kagami;
  return ["digits", "atlas"].map((name) => map?.[name]?.naturalWidth ?? 0);
}"""


@pytest.fixture
def asked(page: Page) -> list[str]:
    """Every address that the page asks for."""
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url))
    page.on("websocket", lambda socket: found.append(socket.url))
    return found


def outside(urls: list[str], root: str) -> list[str]:
    """Those on the app's own server that are not below its sub-path."""
    host, path = urlsplit(root).netloc, urlsplit(root).path
    own = [urlsplit(url) for url in urls if urlsplit(url).netloc == host]
    assert own
    return [url.geturl() for url in own if url.path != path and not url.path.startswith(f"{path}/")]


@pytest.mark.parametrize("path", addresses())
def test_every_page_asks_and_links_below_the_sub_path(sub_path_url: str, page: Page, asked: list[str], path: str):
    """`context` asserts that no request failed."""
    opened(page, f"{sub_path_url}/{path}?lang=en")
    page.wait_for_load_state("networkidle")
    links = page.evaluate(LINKS)
    assert len(links) >= len(addresses()), "the navigation, at least"
    assert outside(links, sub_path_url) == []
    assert outside(asked, sub_path_url) == []
    broken = "() => [...document.images].filter((image) => image.complete && !image.naturalWidth).map((i) => i.src)"
    assert page.evaluate(broken) == []


def test_the_latent_map_has_its_pictures_and_its_decoder(sub_path_url: str, page: Page):
    page.goto(f"{sub_path_url}/latent?lang=en&view=grid")
    expect(page.locator(".kg-plane-decoded")).to_have_attribute("data-by", "decoder")
    page.wait_for_function(f"() => ({PICTURES})().every((width) => width > 0)")
    assert page.evaluate(PICTURES) == [50 * 28, 24 * 28]


def test_the_live_mirror_has_its_network(sub_path_url: str, page: Page):
    page.goto(f"{sub_path_url}/draw?lang=en")
    page.wait_for_function("() => window.kagamiLive?.ready")


def test_the_storys_ways_stay_below_the_sub_path(sub_path_url: str, page: Page):
    opened(page, f"{sub_path_url}/?lang=en")
    with page.expect_popup() as opening:
        page.locator(".kg-links a").first.click()
    stage = opening.value
    expect(stage.locator(".kg-bar-at")).to_have_text(re.compile(r"^1 / "))
    stage.keyboard.press("PageDown")
    expect(stage.locator(".kg-bar-at")).to_have_text(re.compile(r"^2 / "))
    assert outside([stage.url], sub_path_url) == []
    stage.locator(".kg-bar-leave").click()
    expect(stage.locator(".st-key-article h1")).to_be_visible()
    assert outside([stage.url], sub_path_url) == []

    page.get_by_test_id("stPageLink-NavLink").first.click()
    expect(page).to_have_url(re.compile(f"^{re.escape(sub_path_url)}/train"))
    settle(page)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Watch a network learn")
