"""How fast the draw page is, beside the smallest page with the same canvas: `python tests/benchmarks/pages.py`.

Both are measured in turn in one run, because machines are shared and noisy; medians are printed. Then it goes
through all pages of one open session, and prints how long each took when it was warm. Needs a Chromium.
"""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent.parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
APPS = {"floor": ("tests/benchmarks/floor_app.py", ""), "Kagami": ("app.py", "draw?lang=en")}
# The talk's steps by name, in order.
STEPS = [path.stem.split("-", 1)[1] for path in sorted((ROOT / "core/assets/content/en/story").iterdir())]
ROUNDS, STROKES = 3, 20
# Asked at each frame: a locator looks again after as much as half a second. The canvas is in a shadow root.
USABLE = """() => {
  const seen = (root) => root.querySelector("canvas.upper-canvas")?.offsetWidth
    || [...root.querySelectorAll("*")].some((element) => element.shadowRoot && seen(element.shadowRoot));
  return document.querySelector(".kg-verdict")?.offsetWidth && seen(document);
}"""


@contextmanager
def served(script: str) -> Iterator[tuple[str, int, float]]:
    """The app's address, its process id, and how long it took to be healthy, in seconds."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url, started = f"http://localhost:{port}", time.perf_counter()
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        script,
        "--server.port",
        str(port),
        "--server.headless",
        "true",
    ]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=5).close()
                break
            except OSError:
                time.sleep(0.01)
        yield url, server.pid, time.perf_counter() - started
    finally:
        server.terminate()
        server.wait()


def visit(browser: Browser, url: str) -> tuple[Page, float]:
    """A new browser's page and the seconds until canvas and verdict are visible."""
    page = browser.new_context(viewport={"width": 1280, "height": 720}, locale="en-US").new_page()
    started = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.wait_for_function(USABLE)
    return page, time.perf_counter() - started


def stroke(page: Page, number: int) -> float:
    """Milliseconds from pen up to a changed verdict."""
    box = page.locator("canvas.upper-canvas").bounding_box()
    assert box is not None
    before = page.locator(".kg-verdict").inner_html()
    x, y = box["x"] + 20 + 11 * number, box["y"] + 30
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 15, y + 60 + 7 * number, steps=6)
    page.mouse.up()
    started = time.perf_counter()
    page.wait_for_function("before => document.querySelector('.kg-verdict').innerHTML !== before", arg=before)
    return 1000 * (time.perf_counter() - started)


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(pid: int) -> float:
    """Resident memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def measure(browser: Browser, script: str, path: str) -> dict[str, float]:
    """One round of everything."""
    with served(script) as (url, pid, healthy):
        page, first = visit(browser, f"{url}/{path}")
        page.wait_for_timeout(1000)  # what a page does after its verdict is not the next visitor's
        page.context.close()
        page, warm = visit(browser, f"{url}/{path}")
        page.wait_for_timeout(1000)
        before = cpu_seconds(pid)
        strokes = [stroke(page, number) for number in range(STROKES)]
        page.wait_for_timeout(500)
        return {
            "start → healthy, s": healthy,
            "fresh server, first visit → verdict, s": first,
            "warm server, new browser → verdict, s": warm,
            "pen up → verdict, ms": statistics.median(strokes),
            "server CPU a stroke, ms": 1000 * (cpu_seconds(pid) - before) / STROKES,
            "server memory, MB": megabytes(pid),
        }


def page_changes(browser: Browser) -> dict[str, float]:
    """Seconds from a click in the navigation to the page's result, by page: medians of three warm rounds."""
    with served("app.py") as (url, _, _):
        page, _ = visit(browser, f"{url}/draw?lang=en")
        links = page.locator('[data-testid="stTopNavLink"]')
        names = links.all_inner_texts()
        seconds: dict[str, list[float]] = {name: [] for name in names}
        for _ in range(1 + ROUNDS):  # the first round warms it
            for number, name in enumerate(names):
                page.wait_for_timeout(300)
                before = page.locator("h1").first.inner_text()
                started = time.perf_counter()
                links.nth(number).click()
                page.wait_for_function(
                    """before => document.querySelector('h1') && document.querySelector('h1').innerText !== before
                        && document.querySelector('.stApp').dataset.testScriptState === 'notRunning'""",
                    arg=before,
                )
                seconds[name].append(time.perf_counter() - started)
        return {name: statistics.median(each[1:]) for name, each in seconds.items()}


def main() -> None:
    """Measure the apps in turn and print the medians."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    results: dict[str, list[dict[str, float]]] = {name: [] for name in APPS}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for _ in range(ROUNDS):
            for name, (script, path) in APPS.items():
                results[name].append(measure(browser, script, path))
        changes = page_changes(browser)
        browser.close()
    print(f"{'median of ' + str(ROUNDS) + ' rounds':42}" + "".join(f"{name:>10}" for name in APPS))
    for what in results["floor"][0]:
        medians = (statistics.median(each[what] for each in results[name]) for name in APPS)
        print(f"{what:42}" + "".join(f"{value:10.2f}" if value < 20 else f"{value:10.0f}" for value in medians))
    for name, value in changes.items():
        print(f"{'page change → ' + name + ', s':42}{'':10}{value:10.2f}")


if __name__ == "__main__":
    main()
