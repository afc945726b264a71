"""What only a browser shows of the ways in and out: a drawing that draws itself, the address, the tab's storage."""

import math
import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import record, wait_until_gone
from tests.browser.test_draw import draw, verdict

REPLAY = "canvas.kg-replay"


def test_a_character_draws_itself_and_goes_on_being_editable(app_url: str, page: Page):
    record(page, REPLAY)
    page.goto(f"{app_url}/draw?lang=en")
    expect(verdict(page)).to_contain_text("Anomalous")
    wait_until_gone(page, REPLAY)
    history = page.evaluate("history.length")

    draw(page)
    expect(page).to_have_url(re.compile(r"[?&]s=[\w-]+"))
    assert page.evaluate("history.length") == history  # Back leaves the page
    drawn = page.url
    page.keyboard.press("Control+z")
    expect(page).not_to_have_url(drawn)

    page.goto(drawn)
    page.locator("canvas.upper-canvas").wait_for()
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    expect(page).to_have_url(drawn)


def test_a_reload_and_a_link_judge_the_very_strokes(app_url: str, page: Page):
    page.goto(f"{app_url}/draw?lang=en&character=blank")
    expect(verdict(page)).to_contain_text("No verdict")
    page.locator("canvas.upper-canvas").wait_for()
    page.wait_for_timeout(500)  # the canvas loads what it starts with
    curve = [(0.5 + 0.25 * math.sin(t / 9), 0.2 + 0.6 * t / 60 + 0.02 * math.sin(t)) for t in range(61)]
    draw(page, [curve])
    expect(page).to_have_url(re.compile(r"[?&]s=[\w-]+"))
    expect(verdict(page)).not_to_contain_text("No verdict")
    said, url = verdict(page).inner_text(), page.url
    assert re.search(r"\d\.\d", said)

    page.reload()
    page.locator("canvas.upper-canvas").wait_for()
    expect(verdict(page)).to_have_text(said, use_inner_text=True)
    expect(page).to_have_url(url)
    other = page.context.new_page()
    other.goto(url)
    expect(verdict(other)).to_have_text(said, use_inner_text=True)


@pytest.mark.parametrize(
    ("path", "choice"), [("draw", "experiment"), ("reconstruct", "experiment"), ("detect", "experiment")]
)
def test_back_leaves_a_page_whatever_was_chosen_there(app_url: str, page: Page, path: str, choice: str):
    page.goto(f"{app_url}/train?lang=en")
    page.get_by_role("heading", level=1).wait_for()
    page.goto(f"{app_url}/{path}?lang=en")
    page.get_by_role("heading", level=1).wait_for()
    page.locator(f".st-key-{choice} input").wait_for()
    history = page.evaluate("history.length")
    page.locator(f".st-key-{choice} button").first.click()
    page.get_by_role("option", name="Article · only 1", exact=True).click()
    expect(page).to_have_url(re.compile(f"{choice}=article-only-1"))
    page.get_by_text("日本語", exact=True).click()
    expect(page).to_have_url(re.compile("lang=ja"))
    assert page.evaluate("history.length") == history
    page.go_back()
    expect(page).to_have_url(re.compile("/train"))


def test_a_test_digit_draws_itself_too(app_url: str, page: Page):
    record(page, REPLAY)
    page.goto(f"{app_url}/draw?lang=en&digit=3")
    wait_until_gone(page, REPLAY)
    expect(verdict(page)).to_contain_text("Normal")


def test_nothing_moves_where_motion_is_unwanted_and_the_canvas_has_a_name(app_url: str, browser: Browser):
    context = browser.new_context(reduced_motion="reduce", locale="ja-JP", viewport={"width": 1280, "height": 720})
    page = context.new_page()
    record(page, REPLAY)
    page.goto(f"{app_url}/draw?character=あ")
    expect(page.get_by_role("img", name=re.compile("描く場所"))).to_be_visible()
    # The name is given in the same breath in which a replay would begin.
    assert page.evaluate("selector => recorded[selector].came", REPLAY) == 0
    expect(page.locator(".dc-icon-button").first).to_be_hidden()
    context.close()


def test_the_tray_outlives_a_reload(app_url: str, page: Page):
    page.goto(f"{app_url}/draw?lang=en&tool=tray&character=5")
    expect(verdict(page)).to_contain_text("Normal")
    page.locator("canvas.upper-canvas").wait_for()
    page.get_by_role("button", name="Keep").click()
    kept = page.locator(".st-key-kept button")
    expect(kept).to_have_count(1)
    page.get_by_role("button", name="Clear").click()
    expect(verdict(page)).to_contain_text("No verdict")
    page.reload()
    expect(kept).to_have_count(1)
    kept.click()
    page.get_by_role("button", name="To the canvas").click()
    expect(verdict(page)).to_contain_text("Normal")
