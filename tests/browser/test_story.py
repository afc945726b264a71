"""The talk as a speaker gives it: with keys alone, on a projector, nothing to scroll, and notes that follow."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

STEPS = 10
KANA = re.compile("[ぁ-ヿ]")
OVERFLOW = """() => Math.max(
  document.documentElement.scrollHeight - innerHeight,
  document.documentElement.scrollWidth - innerWidth,
  document.querySelector('.stMain').scrollHeight - document.querySelector('.stMain').clientHeight,
  document.querySelector('.st-key-stage').getBoundingClientRect().bottom
    - document.querySelector('.kg-bar').getBoundingClientRect().top)"""


def at(page: Page, step: int) -> None:
    """Wait until the stage shows that step, all of it."""
    expect(page.locator(".kg-bar-at")).to_have_text(f"{step} / {STEPS}")
    expect(page.locator(".kg-contents [aria-current]")).to_have_count(1)
    expect(page.locator(".kg-contents li").nth(step - 1).locator("[aria-current]")).to_have_count(1)
    expect(page.locator("[data-stale=true]")).to_have_count(0)


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("width, height", [(1280, 720), (1920, 1080)])
def test_all_steps_by_clicker_with_nothing_to_scroll(app_url: str, page: Page, lang: str, width: int, height: int):
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{app_url}/?present=1&lang={lang}")
    titles = []
    for step in range(1, STEPS + 1):
        at(page, step)
        title = page.get_by_role("heading", level=1)
        titles.append(title.inner_text())
        assert bool(KANA.search(titles[-1])) == (lang == "ja")
        answers = page.locator("[class*=st-key-vote_] button")
        if answers.count():  # nothing scrolls before the prediction, nor after it
            assert page.evaluate(OVERFLOW) <= 0, titles[-1]
            page.keyboard.press("n" if step % 2 else "y")
            page.locator(".kg-tally").wait_for()
            at(page, step)
        if page.locator(".st-key-beyond").count():
            page.get_by_role("radio").first.focus()
            page.keyboard.press("ArrowRight")
            page.keyboard.press("Space")
            page.locator(".kg-marks").wait_for()
            page.get_by_role("slider").focus()
            before = page.locator(".kg-film img").last.get_attribute("src")
            page.keyboard.press("ArrowRight")
            expect(page.locator(".kg-film img").last).not_to_have_attribute("src", before)
        page.wait_for_timeout(500)
        assert page.evaluate(OVERFLOW) <= 0, titles[-1]
        assert (
            float(page.locator(".st-key-stage p").first.evaluate("p => parseFloat(getComputedStyle(p).fontSize)")) >= 24
        )
        if step < STEPS:  # a clicker would first play what there is
            page.locator(".kg-bar-next").click()
    assert len(set(titles)) == STEPS
    expect(page.locator("header")).to_be_hidden()


def test_a_clicker_alone_gives_the_talk_and_goes_back_through_it(app_url: str, page: Page):
    """Page Down plays epochs, passes, verdicts and noise before it goes on; nothing else is pressed."""
    page.goto(f"{app_url}/?present=1&lang=en&step=training")
    at(page, 2)
    slider = page.get_by_role("slider")
    expect(slider).to_have_attribute("aria-valuetext", "0")
    for epoch in ("1", "2", "5", "10", "20", "50"):
        page.keyboard.press("PageDown")
        expect(slider).to_have_attribute("aria-valuetext", epoch)
        at(page, 2)
    page.keyboard.press("PageDown")
    at(page, 3)
    page.keyboard.press("PageUp")
    at(page, 2)
    expect(slider).to_have_attribute("aria-valuetext", "50")
    page.keyboard.press("PageUp")
    expect(slider).to_have_attribute("aria-valuetext", "20")


def test_a_clicker_reveals_hides_and_votes_are_given_again_after_home(app_url: str, page: Page):
    page.goto(f"{app_url}/?present=1&lang=en&step=only-one")
    at(page, 5)
    votes, waiting = page.locator("[class*=st-key-vote_] button"), page.locator(".kg-waiting")
    expect(waiting).to_be_visible()
    page.keyboard.press("PageDown")
    expect(page.locator(".kg-verdict.kg-anomalous")).to_be_visible()
    expect(page.locator(".kg-tally")).to_have_count(0)
    page.keyboard.press("PageUp")
    expect(waiting).to_be_visible()
    page.keyboard.press("y")
    expect(page.locator(".kg-tally")).to_be_visible()
    # Until the step has come whole, a press of the clicker is taken and does nothing.
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.keyboard.press("PageDown")
    at(page, 6)
    page.keyboard.press("Home")
    at(page, 1)
    page.keyboard.press("c")
    page.get_by_role("button", name="It knows only the 1").click()
    at(page, 5)
    expect(waiting).to_be_visible()
    expect(votes).to_have_count(2)


def test_a_clicker_goes_from_the_map_to_noise_pass_by_pass(app_url: str, page: Page):
    page.goto(f"{app_url}/?present=1&lang=en&step=beyond")
    at(page, STEPS)
    page.locator(".kg-plane").first.wait_for()
    slider = page.get_by_role("slider")
    for number in ("1", "2"):
        page.keyboard.press("PageDown")
        expect(slider).to_have_attribute("aria-valuetext", number)
        at(page, STEPS)
    for _ in range(2):
        page.keyboard.press("PageUp")
        at(page, STEPS)
        page.wait_for_timeout(700)
    expect(page.locator(".kg-plane").first).to_be_visible()


def test_units_are_lit_on_dark_in_both_themes(app_url: str, page: Page):
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{app_url}/?present=1&lang=en")
        at(page, 1)
        page.locator(".kg-unit").first.wait_for()
        sums = page.locator(".kg-unit").evaluate_all(
            """all => all.map((one) => {
              const pixel = new OffscreenCanvas(1, 1).getContext("2d");
              pixel.fillStyle = getComputedStyle(one).backgroundColor;
              pixel.fillRect(0, 0, 1, 1);
              return [Number(one.style.getPropertyValue("--v")), pixel.getImageData(0, 0, 1, 1).data[0]];
            })"""
        )
        dark, lit = min(sums)[1], max(sums)[1]
        assert dark < 80 and lit > 200, (scheme, dark, lit)


def test_the_zero_stays_after_the_vote_ringed_in_the_plot(app_url: str, page: Page):
    page.goto(f"{app_url}/?present=1&lang=en&step=zero")
    at(page, 6)
    page.keyboard.press("y")
    expect(page.locator(".kg-ring")).to_have_count(1)
    expect(page.locator(".kg-plotted .kg-tile")).to_have_count(2)
    page.wait_for_timeout(500)
    assert page.evaluate(OVERFLOW) <= 0


def test_keys_go_back_and_to_the_ends_and_darken_the_screen(app_url: str, page: Page):
    page.goto(f"{app_url}/?present=1&lang=en&step=noise")
    at(page, 4)
    page.keyboard.press("PageUp")
    at(page, 3)
    expect(page).to_have_url(re.compile("step=mirror"))
    page.keyboard.press("End")
    at(page, STEPS)
    page.keyboard.press("Home")
    at(page, 1)
    page.keyboard.press("b")
    expect(page.locator(".kg-black")).to_be_visible()
    page.keyboard.press("b")
    expect(page.locator(".kg-black")).to_be_hidden()
    page.keyboard.press("c")
    page.get_by_role("button", name="It knows only the 1").click()
    at(page, 5)


def test_keys_with_caps_lock_and_while_the_contents_are_open(app_url: str, page: Page):
    page.goto(f"{app_url}/?present=1&lang=en&step=only-one")
    at(page, 5)
    contents = page.get_by_role("dialog")
    page.keyboard.press("C")
    expect(contents).to_be_visible()
    page.keyboard.press("c")
    expect(contents).to_be_hidden()
    page.get_by_role("radio", name="3").click()  # a choice with the focus keeps its arrows, not the letters
    page.keyboard.press("B")
    expect(page.locator(".kg-black")).to_be_visible()
    page.keyboard.press("B")
    expect(page.locator(".kg-black")).to_be_hidden()
    page.keyboard.press("F")
    page.wait_for_function("document.fullscreenElement !== null")
    page.keyboard.press("F")
    page.wait_for_function("document.fullscreenElement === null")
    for key, step in (("PageDown", 6), ("PageUp", 5)):
        page.keyboard.press("c")
        expect(contents).to_be_visible()
        page.keyboard.press(key)
        expect(contents).to_be_hidden()
        at(page, step)
    page.keyboard.press("N")
    expect(page.locator(".kg-tally")).to_be_visible()


def test_a_place_beside_the_middle_has_no_negative_zero(app_url: str, page: Page):
    page.goto(f"{app_url}/?present=1&lang=en&step=beyond")
    told = re.compile(r"Decoded at \((?!−0\.00)−?\d\.\d\d, (?!−0\.00)−?\d\.\d\d\)")
    expect(page.locator(".kg-plane-decoded")).to_have_attribute("aria-label", told)


def test_notes_in_a_second_window_follow(app_url: str, page: Page, context: BrowserContext):
    page.goto(f"{app_url}/?present=1&lang=en")
    at(page, 1)
    notes = context.new_page()
    notes.goto(f"{app_url}/?notes=1&lang=en")
    expect(notes.locator(".kg-bar-at")).to_have_text(f"1 / {STEPS}")
    page.keyboard.press("PageDown")
    expect(notes.get_by_role("heading", level=1)).to_have_text("How it learns to return what it sees")
    notes.keyboard.press("PageDown")
    at(page, 3)


def test_notes_opened_during_the_talk_go_where_the_stage_is(app_url: str, page: Page, context: BrowserContext):
    page.goto(f"{app_url}/?present=1&lang=en&step=draw")
    at(page, 9)
    page.keyboard.press("b")
    notes, asked, other = (context.new_page() for _ in range(3))
    notes.goto(f"{app_url}/?notes=1&lang=en")
    at(notes, 9)
    expect(notes.get_by_role("button", name="Dark screen")).to_have_attribute("aria-pressed", "true")
    asked.goto(f"{app_url}/?notes=1&lang=en&step=noise")
    at(asked, 4)
    other.goto(f"{app_url}/?present=1&lang=en")
    at(other, 1)
    at(page, 9)


def test_the_notes_fit_a_phone(app_url: str, page: Page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{app_url}/?notes=1&lang=en&step=beyond")
    at(page, 10)
    ends = page.locator(".kg-bar > *").evaluate_all("all => all.map((one) => one.getBoundingClientRect().right)")
    assert max(ends) <= 390


def test_the_stage_is_darkened_from_the_notes(app_url: str, page: Page, context: BrowserContext):
    page.goto(f"{app_url}/?present=1&lang=en")
    at(page, 1)
    notes = context.new_page()
    notes.goto(f"{app_url}/?notes=1&lang=en")
    at(notes, 1)
    black = page.locator(".kg-black")
    for key in ("b", "."):
        notes.keyboard.press(key)
        expect(black).to_be_visible()
        expect(notes.locator(".kg-black")).to_be_hidden()
        notes.keyboard.press(key)
        expect(black).to_be_hidden()
    notes.keyboard.press("b")
    expect(black).to_be_visible()
    notes.get_by_role("button", name="Next").click()
    expect(black).to_be_hidden()
    at(page, 2)
