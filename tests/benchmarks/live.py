"""How often and how quickly the live mirror answers while a stroke is drawn: `python tests/benchmarks/live.py`.

Draws in a headless Chromium and prints medians. The pen goes down and up as a real mouse; between, its places are
dispatched inside the page, 125 a second as a mouse reports them: Playwright's own moves take up to two frames each.
Needs a Chromium.
"""

import shutil
import statistics
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from pages import FLAGS, served

EXPERIMENTS = ("kagami-all", "article-all")
STROKES, SECONDS = 10, 2
# A zigzag in the canvas's own unit square; each stroke begins with an empty canvas.
POINTS = ((0.2, 0.2), (0.8, 0.25), (0.25, 0.5), (0.8, 0.55), (0.3, 0.85))
MOVE = """
([points, seconds]) => new Promise((finished) => {
  const roots = [...document.querySelectorAll(".st-key-canvas *")].map((element) => element.shadowRoot);
  const canvas = roots.map((root) => root?.querySelector(".upper-canvas")).find(Boolean);
  const [started, legs] = [performance.now(), points.length - 1];
  let frames = 0;
  kagamiLive.frames = 0;
  const count = () => { frames++; if (timer) requestAnimationFrame(count); };
  let timer = setInterval(() => {
    const at = Math.min((performance.now() - started) / 1000 / seconds, 1) * legs;
    const leg = Math.min(Math.floor(at), legs - 1);
    const [[x0, y0], [x1, y1]] = [points[leg], points[leg + 1]];
    const place = { clientX: x0 + (at - leg) * (x1 - x0), clientY: y0 + (at - leg) * (y1 - y0), buttons: 1 };
    const how = { bubbles: true, composed: true, pointerId: 1, isPrimary: true, ...place };
    canvas.dispatchEvent(new PointerEvent("pointermove", how));
    canvas.dispatchEvent(new MouseEvent("mousemove", how));
    if (at < legs) return;
    timer = clearInterval(timer);
    const lasted = (performance.now() - started) / 1000;
    const times = [...kagamiLive.times.slice(0, kagamiLive.frames)];
    finished({ updates: times.length / lasted, frames: frames / lasted, times });
  }, 8);
  requestAnimationFrame(count);
})
"""


def stroke(page: Page, number: int) -> dict[str, Any]:
    """Updates and the browser's own frames a second, and the milliseconds that each update took.

    Each stroke lies a little elsewhere.
    """
    if number:
        page.get_by_role("button", name="Clear").click()
    page.locator(".kg-verdict.kg-none").wait_for()
    page.wait_for_timeout(500)  # the canvas may take a little longer than the verdict to be empty
    box = page.locator("canvas.upper-canvas").bounding_box()
    assert box is not None
    points = [(box["x"] + (x + number / 200) * box["width"], box["y"] + y * box["height"]) for x, y in POINTS]
    page.mouse.move(*points[0])
    page.mouse.down()
    said: dict[str, Any] = page.evaluate(MOVE, [points, SECONDS])
    page.mouse.up()
    page.locator(".kg-verdict:not(.kg-none)").wait_for()
    return said


def measure(browser: Browser, url: str, experiment: str) -> dict[str, Any]:
    """Medians over the strokes, and the bytes of the network's file."""
    page = browser.new_context(viewport={"width": 1280, "height": 720}, locale="en-US").new_page()
    page.goto(f"{url}/draw?lang=en&character=blank&experiment={experiment}")
    page.wait_for_function("() => window.kagamiLive?.ready")
    loaded = page.evaluate(
        "performance.getEntriesByType('resource').map(({name, transferSize}) => [name, transferSize])"
    )
    strokes = [stroke(page, number) for number in range(STROKES)]
    times = [time for said in strokes for time in said["times"]]
    page.context.close()
    return {
        "updates a second": statistics.median(said["updates"] for said in strokes),
        "the browser's frames a second": statistics.median(said["frames"] for said in strokes),
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
    print(f"{'median of ' + str(STROKES) + ' strokes':32}" + "".join(f"{name:>14}" for name in results))
    for row in next(iter(results.values())):
        print(f"{row:32}" + "".join(f"{result[row]:14.2f}" for result in results.values()))


if __name__ == "__main__":
    main()
