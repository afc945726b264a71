"""The threshold lab under a mouse and keys: what moves while the line is dragged, and when Python is told."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.detection.trial import digits_trial
from core.images.data import load_mnist
from core.models.bundle import load_bundle
from core.views.numbers import percent
from tests.browser.test_every_page import settle


@pytest.fixture(scope="module")
def trial():
    """What the page opens with."""
    bundle = load_bundle("article-without-0")
    return digits_trial(load_mnist("test"), bundle.calibration["test_mae"], bundle.experiment)


@pytest.fixture
def lab(app_url: str, page: Page) -> Page:
    page.goto(f"{app_url}/detect?lang=en")
    expect(page.locator(".kl-panel .kl-dot").last).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    return page


def shown(page: Page) -> dict[str, object]:
    """Threshold, the four rates with their counts, and the rate of each label."""
    rows = page.locator(".kl-row").all_inner_texts()
    quadrants = page.locator(".kl-quadrant").all_inner_texts()
    return {
        "threshold": float(page.locator(".kl-handle span").inner_text().replace("−", "-")),
        "quadrants": [re.findall(r"([\d.]+\s%)\s*([\d,]+)", text)[0] for text in quadrants],
        "rates": [re.search(r"[\d.]+\s%", row)[0] for row in rows],
    }


def expected(trial, threshold: float) -> dict[str, object]:
    result = trial.evaluate(float(np.float32(threshold)))
    alarms = sum(group.flagged for group in result.normals.values())
    detected = result.anomalies_n - result.misses
    counts = (
        (result.normals_n - alarms, result.normals_n),
        (alarms, result.normals_n),
        (result.misses, result.anomalies_n),
        (detected, result.anomalies_n),
    )
    groups = dict(sorted({**result.normals, **result.anomalies}.items()))
    return {
        "threshold": threshold,
        "quadrants": [(percent(count / n), f"{count:,}") for count, n in counts],
        "rates": [percent(group.flagged / group.n) for group in groups.values()],
    }


def test_every_figure_follows_the_mouse_and_python_is_told_when_it_lets_go(lab: Page, trial):
    sent: list[int] = []
    lab.on("websocket", lambda socket: socket.on("framesent", lambda _frame: sent.append(1)))
    lab.reload()  # so that its socket is listened to
    expect(lab.locator(".kl-panel .kl-dot").last).to_be_visible()
    settle(lab)
    box = lab.locator(".kl-plot").bounding_box()
    handle = lab.locator(".kl-handle span").bounding_box()
    before, dots = len(sent), lab.locator(".kl-dot")
    lab.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    lab.mouse.down()
    seen = set()
    for share in (0.3, 0.45, 0.62):
        lab.mouse.move(box["x"] + share * box["width"], handle["y"] + 5, steps=4)
        now = shown(lab)
        assert now == expected(trial, now["threshold"])
        seen.add((now["threshold"], *(dots.nth(i).get_attribute("cx") for i in range(3))))
    assert len(seen) == 3
    assert all(len({each[i] for each in seen}) == 3 for i in range(4)), "curves and cost move, too"
    assert len(sent) == before, "nothing is sent while dragging"

    lab.mouse.up()
    at = now["threshold"]
    expect(lab).to_have_url(re.compile(rf"(?=.*rule=fixed)(?=.*at={at})"))
    expect(lab.get_by_role("spinbutton", name="Threshold")).to_have_value(str(at))
    expect(lab.get_by_text(f"({now['quadrants'][2][1]})")).to_be_visible()  # the gallery of the misses has followed
    assert shown(lab) == now


def test_keys_move_the_line_and_a_link_brings_it_back(app_url: str, lab: Page, trial):
    lab.get_by_role("slider", name="threshold", exact=True).focus()
    first = shown(lab)["threshold"]
    for key in ("ArrowRight", "ArrowRight", "PageUp", "ArrowLeft"):
        lab.keyboard.press(key)
    expect(lab).to_have_url(re.compile("rule=fixed.*at="))
    expect(lab.get_by_role("spinbutton", name="Threshold")).to_be_visible()
    now = shown(lab)
    assert now["threshold"] > first
    assert now == expected(trial, now["threshold"])
    linked = lab.url
    lab.goto("about:blank")
    lab.goto(linked)
    expect(lab.locator(".kl-panel .kl-dot").last).to_be_visible()
    assert shown(lab) == now


def test_pointing_at_a_score_shows_images(lab: Page):
    box = lab.locator(".kl-plot").bounding_box()
    lab.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 30)
    expect(lab.locator(".kl-peek")).to_be_visible()
    # Up to four of each side, each over what came back.
    assert lab.locator(".kl-peek span").count() == 16


def test_the_essence_needs_no_scrolling_on_a_projector(app_url: str, page: Page):
    for lang in ("en", "ja"):
        page.goto(f"{app_url}/detect?lang={lang}")
        for part in (page.locator(".kl-main"), page.locator(".kl-labels"), page.locator(".kl-panel figcaption").first):
            box = part.bounding_box()
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= 720


def test_a_mark_in_the_scatter_shows_its_image(app_url: str, page: Page):
    page.goto(f"{app_url}/detect?lang=en&view=ink")
    marks = page.get_by_test_id("stVegaLiteChart").locator(".mark-symbol path")
    marks.nth(40).hover(force=True)
    expect(page.locator("#vg-tooltip-element img")).to_have_attribute("src", re.compile("^data:image/png;base64,"))
