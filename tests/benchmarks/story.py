"""How soon a step of the talk stands there after a key: `python tests/benchmarks/story.py`.

The talk is opened on a fresh server and walked through with Page Down, twice: cold, when no step was ever shown, and
warm. The clock runs to all of the step's pictures, charts, canvas and map. Medians. Needs a Chromium.
"""

import shutil
import statistics
import time

from playwright.sync_api import Page, sync_playwright

from pages import FLAGS, ROUNDS, STEPS, USABLE, served

# Streamlit spells a key as a class, with underscores.
STANDS = """name => {
  const live = document.querySelector(`.st-key-stage_live_${name.replaceAll("-", "_")}`);
  const all = (selector, is) => [...live.querySelectorAll(selector)].every(is);
  return live?.innerText
    && all("img", (image) => image.complete && image.naturalWidth)
    && all(".stVegaLiteChart", (chart) => chart.querySelector("canvas, svg"))
    && all(".kg-plane figcaption", (caption) => caption.innerText)
    && !document.querySelector(".st-key-stage [data-stale=true]")
    && document.querySelector(".stApp").dataset.testScriptState === "notRunning";
}"""


def stands(page: Page, name: str) -> None:
    """Wait until all of that step is there."""
    page.wait_for_function(STANDS, arg=name)
    if name == "draw":
        page.wait_for_function(USABLE)


def walk(page: Page, url: str) -> dict[str, float]:
    """Seconds to each step: to the first from opening its address, to the others from the key before."""
    started = time.perf_counter()
    page.goto(url, wait_until="commit")
    stands(page, STEPS[0])
    seconds = {STEPS[0]: time.perf_counter() - started}
    for name in STEPS[1:]:
        page.wait_for_timeout(700)  # nobody reads faster, and the step before is at rest
        started = time.perf_counter()
        page.keyboard.press("PageDown")
        stands(page, name)
        seconds[name] = time.perf_counter() - started
    return seconds


def main() -> None:
    """Walk through the talk and print a row for each step."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    walks: dict[str, list[dict[str, float]]] = {"cold": [], "warm": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for _ in range(ROUNDS):
            with served("app.py") as (url, _, _):
                page = browser.new_context(viewport={"width": 1280, "height": 720}, locale="en-US").new_page()
                for seconds in walks.values():
                    seconds.append(walk(page, f"{url}/?present=1&lang=en"))
                page.context.close()
        browser.close()
    print(f"{'median of ' + str(ROUNDS) + ', s':20}" + "".join(f"{name:>8}" for name in walks))
    for name in STEPS:
        medians = (statistics.median(each[name] for each in seconds) for seconds in walks.values())
        print(f"{name:20}" + "".join(f"{value:8.2f}" for value in medians))


if __name__ == "__main__":
    main()
