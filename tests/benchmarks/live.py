"""How often and how quickly the live mirror answers while a stroke is drawn: `python tests/benchmarks/live.py`.

Draws with the mouse in a headless Chromium and prints medians. Needs a Chromium.
"""

import shutil
import statistics
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from pages import FLAGS, served

EXPERIMENTS = ("kagami-all", "article-all")
STROKES, MOVES = 10, 120
# A zigzag in the canvas's own unit square; each stroke begins with an empty canvas.
POINTS = ((0.2, 0.2), (0.8, 0.25), (0.25, 0.5), (0.8, 0.55), (0.3, 0.85))


def stroke(page: Page, number: int) -> tuple[float, list[float]]:
    """Updates a second, and the milliseconds that each took. Each stroke lies a little elsewhere."""
    page.get_by_role("button", name="Clear").click()
    page.locator(".kg-verdict.kg-none").wait_for()
    page.wait_for_timeout(500)  # the canvas may take a little longer than the verdict to be empty
    box = page.locator("canvas.upper-canvas").bounding_box()
    assert box is not None
    first, *rest = [(box["x"] + (x + number / 200) * box["width"], box["y"] + y * box["height"]) for x, y in POINTS]
    page.mouse.move(*first)
    page.evaluate("kagamiLive.frames = 0")
    page.mouse.down()
    started = page.evaluate("performance.now()")
    for point in rest:
        page.mouse.move(*point, steps=MOVES // len(rest))
    said = page.evaluate("() => ({now: performance.now(), times: [...kagamiLive.times.slice(0, kagamiLive.frames)]})")
    page.mouse.up()
    page.locator(".kg-verdict:not(.kg-none)").wait_for()
    return 1000 * len(said["times"]) / (said["now"] - started), said["times"]


def measure(browser: Browser, url: str, experiment: str) -> dict[str, Any]:
    """Medians over the strokes, and the bytes of the network's file."""
    page = browser.new_context(viewport={"width": 1280, "height": 720}, locale="en-US").new_page()
    page.goto(f"{url}/draw?lang=en&experiment={experiment}")
    page.wait_for_function("() => window.kagamiLive?.ready")
    loaded = page.evaluate(
        "performance.getEntriesByType('resource').map(({name, transferSize}) => [name, transferSize])"
    )
    strokes = [stroke(page, number) for number in range(STROKES)]
    times = [time for _, times in strokes for time in times]
    page.context.close()
    return {
        "updates a second": statistics.median(rate for rate, _ in strokes),
        "ms an update, median": statistics.median(times),
        "ms an update, 95 %": statistics.quantiles(times, n=20)[-1],
        "network, MB": sum(size for name, size in loaded if name.endswith(".gz")) / 1e6,
    }


def main() -> None:
    """Measure both networks and print a row for each figure."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as playwright, served("app.py") as (url, _, _):
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        results = {experiment: measure(browser, url, experiment) for experiment in EXPERIMENTS}
        browser.close()
    print(f"{'median of ' + str(STROKES) + ' strokes':28}" + "".join(f"{name:>14}" for name in results))
    for row in next(iter(results.values())):
        print(f"{row:28}" + "".join(f"{result[row]:14.2f}" for result in results.values()))


if __name__ == "__main__":
    main()
