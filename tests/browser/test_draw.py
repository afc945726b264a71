"""What only a browser shows: a pen, a first visit, and what a person sees without scrolling."""

import re

import pytest
from playwright.sync_api import Page, expect

from core.images.strokes import PEN, SIZE

# Strokes of an A from corner to corner, in the canvas's own unit square.
LETTER_A = (((0.2, 0.85), (0.5, 0.12), (0.8, 0.85)), ((0.32, 0.58), (0.68, 0.58)))


def draw(page: Page, strokes=LETTER_A) -> None:
    box = page.locator("canvas.upper-canvas").bounding_box()
    for stroke in strokes:
        points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point, steps=12)
        page.mouse.up()


def verdict(page: Page):
    return page.locator(".st-key-verdict .kg-verdict")


def test_the_first_visit_of_a_fresh_server_is_a_deep_link_where_an_a_is_drawn(fresh_app_url: str, page: Page):
    page.goto(f"{fresh_app_url}/draw?lang=en&experiment=article-only-1&character=1")
    expect(verdict(page)).to_contain_text("Normal")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("Draw a digit or a letter")
    page.locator("canvas.upper-canvas").wait_for()

    page.get_by_role("button", name="Clear").click()
    expect(verdict(page)).to_contain_text("No verdict")
    draw(page)
    expect(verdict(page)).to_contain_text("Anomalous")
    for key in ("canvas", "model_input", "reconstruction", "error_map", "verdict"):
        expect(page.locator(f".st-key-{key}")).to_be_visible()


def test_the_drawing_survives_a_change_of_language_and_of_page(app_url: str, page: Page):
    page.goto(f"{app_url}/draw?lang=en&experiment=article-only-1&character=1")
    expect(verdict(page)).to_contain_text("Normal")
    draw(page, LETTER_A[:1])  # one stroke, one verdict: nothing is still on its way
    expect(verdict(page)).to_contain_text("Anomalous")
    said = verdict(page).locator("b").first.inner_text()

    page.get_by_text("日本語", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    expect(verdict(page)).to_contain_text("異常")
    expect(verdict(page).locator("b").first).to_have_text(said)
    expect(page.locator(".st-key-experiment input")).to_have_value("記事 · 1 だけ")

    page.get_by_role("link", name="再構成").click()
    expect(page.locator(".st-key-grid img").first).to_be_visible()
    page.get_by_role("link", name="描く").click()
    expect(verdict(page)).to_contain_text("異常")
    page.locator("canvas.upper-canvas").wait_for()
    expect(page).to_have_url(re.compile("(?=.*lang=ja)(?=.*experiment=article-only-1)"))


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("path", ["", "draw", "reconstruct", "latent"])
def test_no_page_scrolls_sideways_on_a_phone(app_url: str, page: Page, path: str, lang: str):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{app_url}/{path}?lang={lang}")
    page.locator(".kg-tile").first.wait_for()
    width = page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)")
    assert width <= 390


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_canvas_mirror_meter_verdict_and_characters_need_no_scrolling_on_a_projector(app_url, page: Page, lang: str):
    page.goto(f"{app_url}/draw?lang={lang}")
    verdict(page).wait_for()
    page.locator("canvas.upper-canvas").wait_for()
    parts = ("drawing", "model_input", "latent", "reconstruction", "error_map", "live", "verdict", "character")
    for part in (*(f".st-key-{key}" for key in parts), ".kg-meter"):
        box = page.locator(part).bounding_box()
        assert box["y"] >= 0, part
        assert box["y"] + box["height"] <= 720, part
    canvas, tiles = page.locator("canvas.upper-canvas").bounding_box(), page.locator(".st-key-row img.kg-tile").all()
    assert canvas["width"] >= 320
    sizes = {round(tile.bounding_box()["width"]) for tile in tiles}
    assert len(tiles) == 3 and len(sizes) == 1


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_canvas_row_and_verdict_fit_a_phone_in_the_same_order(app_url: str, page: Page, lang: str):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{app_url}/draw?lang={lang}")
    verdict(page).wait_for()
    page.locator("canvas.upper-canvas").wait_for()
    keys = ("drawing", "model_input", "latent", "error_map", "reconstruction", "verdict")
    boxes = [page.locator(f".st-key-{key}").bounding_box() for key in keys]
    places = [(round(box["y"] / 20), box["x"]) for box in boxes]  # on one line: within 20 pixels
    assert places == sorted(places)
    assert page.locator("canvas.upper-canvas").bounding_box()["width"] >= 340
    sentence = verdict(page).locator("p").first.bounding_box()
    assert sentence["y"] + sentence["height"] <= 844


@pytest.mark.parametrize("width, height", [(1280, 720), (390, 844)])
def test_the_line_lies_under_the_pen_at_every_size_of_the_canvas(app_url: str, page: Page, width: int, height: int):
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{app_url}/draw?lang=en&character=blank")
    expect(verdict(page)).to_contain_text("No verdict")
    page.locator("canvas.upper-canvas").wait_for()
    page.wait_for_timeout(500)  # the canvas loads what it starts with
    draw(page, (((0.3, 0.2), (0.3, 0.7), (0.6, 0.7)),))
    expect(verdict(page)).not_to_contain_text("No verdict")
    found = page.locator(".kg-steps .kg-framed i").evaluate(
        "e => ['left', 'top', 'width', 'height'].map(k => parseFloat(e.style[k]))"
    )
    pen = 100 * PEN / SIZE
    assert found == pytest.approx([30 - pen / 2, 20 - pen / 2, 30 + pen, 50 + pen], abs=2)


def test_every_target_on_a_phone_is_large_enough_for_a_finger(app_url: str, page: Page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{app_url}/draw?lang=en")
    verdict(page).wait_for()
    page.locator("canvas.upper-canvas").wait_for()
    targets = page.locator(
        ":is(.st-key-row, .st-key-heading, .st-key-characters) :is(button, .react-aria-ComboBox > div)"
    )
    small = targets.evaluate_all("""targets => targets
        .filter(target => target.checkVisibility({ visibilityProperty: true }))
        .filter(target => !target.closest(".react-aria-ComboBox > div > *"))  // inside a larger one
        .map(target => [target.innerText || target.outerHTML, target.getBoundingClientRect()])
        .filter(([, box]) => Math.min(box.width, box.height) < 44).map(([text]) => text)""")
    assert targets.count() > 5
    assert small == []


def test_what_changes_is_said_politely_and_nothing_else_goes_away(app_url: str, page: Page):
    page.goto(f"{app_url}/draw?lang=en&experiment=article-only-1&character=1")
    expect(verdict(page)).to_contain_text("Normal")
    page.locator("canvas.upper-canvas").wait_for()
    said = page.locator(".st-key-announce [role=status]")
    expect(said).to_contain_text("Normal The mirror knows it")
    # Where a fragment's run begins before all that the page's run sent is out, Streamlit drops what it sent of the
    # fragment and takes its elements away until they come again.
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    # What must be there at every moment, whatever is being changed; and the region that speaks stays the same one.
    page.evaluate("""() => {
        const parts = ["h1", ".kg-verdict", ".kg-meter", ".st-key-canvas", ".st-key-character button"];
        window.missed = new Set();
        window.region = document.querySelector(".st-key-announce [role=status]");
        new MutationObserver(() => {
            for (const part of parts) if (!document.querySelector(part)) window.missed.add(part);
        }).observe(document.body, { childList: true, subtree: true });
    }""")
    draw(page)
    expect(verdict(page)).to_contain_text("Anomalous")
    expect(said).to_contain_text("Anomalous The mirror does not know it")
    page.get_by_role("button", name="Score and threshold").click()
    page.get_by_role("slider").press("ArrowRight")
    expect(verdict(page)).to_contain_text("Anomalous")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")  # as above
    page.get_by_role("button", name="Clear").click()
    expect(said).to_contain_text("There is nothing to judge yet")
    assert page.evaluate("[...window.missed]") == []
    assert page.evaluate("window.region === document.querySelector('.st-key-announce [role=status]')")
