"""Trainings as a visitor starts, leaves, finds again and ends them: real ones, small, in processes of their own."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.models.home import user_models
from core.runs import run as runs
from tests.browser.test_draw import verdict
from tests.runs.tools import until

# TensorFlow starts, on a machine that has other things to do.
SOON = 90_000


@pytest.fixture
def url(home: Path, fresh_app_url: str) -> Iterator[str]:
    """Address of an app with a home of its own; what still trains at the end is cancelled there."""
    yield fresh_app_url
    for run in runs.list_runs():
        runs.control(run, end="cancel")
    until(lambda: not any(run.active for run in runs.list_runs()), seconds=60)


def start(page: Page, title: str) -> None:
    """Start what the page has chosen, under a name."""
    page.locator(".st-key-title input").fill(title)
    page.locator(".st-key-title input").press("Enter")
    page.locator(".st-key-start button").click()
    expect(page.locator(".st-key-watch input")).to_have_value(re.compile(f"^{title} · "))


def status(page: Page):
    return page.locator(".kg-run")


# A status stands only for as long as the run is there: the page notes each one, where a look from outside may be late.
RECORD = """() => {
    const seen = (window.statuses = []);
    const note = () => {
        const text = document.querySelector(".kg-run")?.innerText;
        if (text && text !== seen.at(-1)) seen.push(text);
    };
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true });
    note();
}"""
ORDER = ("Paused", "Learning", "Being written", "Finished")


def open_small(page: Page, url: str) -> None:
    """The page, with 600 images, a network of 16 units, three epochs, and a pause after each."""
    page.goto(f"{url}/train?lang=en&recipe=own&images=600&pace=step")
    page.get_by_role("button", name="Network and training").click()
    page.locator(".st-key-own_widths input").fill("16")
    page.locator(".st-key-own_widths input").press("Enter")
    page.locator(".st-key-own_epochs input").fill("3")
    page.locator(".st-key-own_epochs input").press("Enter")
    expect(page.locator(".st-key-plan")).to_contain_text("25,888 parameters, about 600 images, 3 epochs")
    page.keyboard.press("Escape")


def test_a_training_is_left_found_again_and_drawn_for(url: str, page: Page):
    open_small(page, url)
    start(page, "Small")
    expect(status(page)).to_contain_text("Paused", timeout=SOON)
    page.locator(".st-key-one_epoch button").click()
    expect(status(page)).to_have_text("Paused After epoch 1 of 3.")
    expect(page.locator(".kg-learning img")).to_have_count(22)

    page.reload()
    expect(status(page)).to_have_text("Paused After epoch 1 of 3.")
    expect(page.locator(".st-key-watch input")).to_have_value(re.compile("^Small · "))
    page.evaluate(RECORD)
    page.locator(".st-key-controls").get_by_text("Full speed").click()
    expect(status(page)).to_contain_text("Finished", timeout=SOON)
    places = [next(i for i, word in enumerate(ORDER) if text.startswith(word)) for text in page.evaluate("statuses")]
    assert (places[0], places[-1]) == (0, 3)
    assert places == sorted(places), "a run that goes on never looks as if it had gone back"
    expect(page.locator(".kg-table")).to_contain_text("Small")

    page.locator(".st-key-draw_for_it button").click()
    expect(page).to_have_url(re.compile(r"/draw\?.*experiment=my-small"))
    expect(verdict(page)).to_contain_text(re.compile("Normal|Anomalous"))

    page.goto(f"{url}/draw?lang=en&character=1")
    experiment = page.locator(".st-key-experiment")
    expect(experiment.locator("input")).to_have_value("Kagami · all digits")
    expect(verdict(page)).to_contain_text("Normal")
    said = verdict(page).inner_text()
    experiment.locator("input").click()
    page.get_by_role("option", name="Small", exact=True).click()
    expect(page).to_have_url(re.compile("experiment=my-small"))
    expect(experiment.locator("input")).to_have_value("Small")
    expect(verdict(page)).to_contain_text(re.compile("Normal|Anomalous"))
    expect(verdict(page)).not_to_have_text(said, use_inner_text=True)


def test_one_that_waits_and_one_that_learns_are_cancelled_and_nothing_stays(url: str, page: Page):
    open_small(page, url)
    start(page, "First")
    expect(status(page)).to_contain_text("Paused", timeout=SOON)
    start(page, "Second")
    waits = "Waiting It waits for its turn; trainings before it: 1."
    expect(status(page)).to_have_text(waits)
    page.reload()
    expect(status(page)).to_have_text(waits)
    page.locator(".st-key-cancel button").click()
    expect(status(page)).to_contain_text("Cancelled")

    first = page.locator("[class*=st-key-queued_]")
    expect(first).to_contain_text("First")
    first.get_by_role("button", name="Watch").click()
    expect(status(page)).to_contain_text("Paused")
    page.locator(".st-key-cancel button").click()
    expect(status(page)).to_have_text("Cancelled After epoch 0; nothing of it was kept.")
    expect(first).to_have_count(0)
    assert [(run.plan.title, run.state) for run in runs.list_runs()] == [
        ("First", "cancelled"),
        ("Second", "cancelled"),
    ]
    assert list(user_models().glob("*")) == []
