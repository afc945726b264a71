"""A fresh server and a Chromium. Only this machine's own address is ever asked for."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect, sync_playwright

ROOT = Path(__file__).parent.parent.parent
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# Machines are shared: what is late is not wrong.
expect.set_options(timeout=15_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the system's Chromium; without one, browser tests are skipped, or fail where CI demands it."""
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if found is None:
        reason = f"no browser: none of {', '.join(CHROMIUMS)} is on the PATH"
        if os.environ.get("KAGAMI_REQUIRE_BROWSER") == "1":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield browser
        browser.close()


class Server:
    """`streamlit run app.py` in a process of its own; `url` is its address without a slash at the end.

    options: more of Streamlit's, by their names, such as `server.baseUrlPath`.
    """

    def __init__(self, log: Path, options: Mapping[str, str]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = "/".join(filter(None, [f"http://localhost:{port}", options.get("server.baseUrlPath")]))
        self._log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "streamlit", "run", "app.py"),
                    *("--server.port", str(port)),
                    *("--server.address", "localhost"),
                    *("--server.headless", "true"),
                    *(word for name, value in options.items() for word in (f"--{name}", value)),
                ],
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait(self, *, seconds: float = 60) -> None:
        """Return once the server says that it is healthy."""
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                with direct.open(f"{self.url}/_stcore/health", timeout=5):
                    return
            except OSError:
                time.sleep(0.05)
        self.stop()
        pytest.fail(f"the app did not start:\n{self._log.read_text(errors='replace')}", pytrace=False)

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _served(log: Path, **options: str) -> Iterator[str]:
    server = Server(log, options)
    try:
        server.wait()
        yield server.url
    finally:
        server.stop()


@pytest.fixture(scope="session")
def app_url(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of an app that the session's tests share."""
    yield from _served(tmp_path_factory.mktemp("server") / "log")


@pytest.fixture(scope="session")
def sub_path_url(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of an app below a sub-path, as behind a server that has other things, too; tests share it."""
    yield from _served(tmp_path_factory.mktemp("server") / "log", **{"server.baseUrlPath": "kagami"})


@pytest.fixture
def fresh_app_url(chromium: str, tmp_path: Path) -> Iterator[str]:
    """Address of an app that nobody has visited: for tests of the first visit."""
    yield from _served(tmp_path / "server.log")


class Watch:
    """What pages of one context did that they must not: foreign or failed requests, console errors, exceptions."""

    def __init__(self, context: BrowserContext) -> None:
        self.foreign: list[str] = []
        self.failed: list[str] = []
        self.errors: list[str] = []
        context.on("response", self._answered)
        context.on("request", lambda request: self._requested(request.url))
        context.on("console", self._said)
        context.on("weberror", lambda error: self.errors.append(f"uncaught: {error.error}"))
        context.on("page", self._opened)

    def _opened(self, page: Page) -> None:
        page.on("websocket", lambda socket: self._requested(socket.url))

    def _requested(self, url: str) -> None:
        if not url.startswith(("http://localhost:", "ws://localhost:", "data:", "blob:", "about:")):
            self.foreign.append(url)

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and not _probe(response.url):
            self.failed.append(f"{response.status} {response.url}")

    def _said(self, message: ConsoleMessage) -> None:
        url = message.location.get("url", "")
        if message.type == "error" and not _probe(url):
            self.errors.append(f"{message.text} ({url})")


def _probe(url: str) -> bool:
    """Whether Streamlit looks for its server there: on a deep link first below the page's own path, which gives 404."""
    return re.fullmatch(r"http://localhost:\d+(/[\w-]+)+/_stcore/(health|host-config)", url) is not None


@pytest.fixture
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A browser without a past, at the size of a projector, in English; asserts at the end that all was well.

    A test that wants another one asks `browser` and gives it to `Watch` itself.
    """
    # Whatever order a test names them in, its server outlives the browser that looks at it.
    if "fresh_app_url" in request.fixturenames:
        request.getfixturevalue("fresh_app_url")
    context = browser.new_context(viewport={"width": 1280, "height": 720}, locale="en-US")
    context.set_default_timeout(20_000)
    watch = Watch(context)
    yield context
    exceptions = [text for page in context.pages for text in page.get_by_test_id("stException").all_inner_texts()]
    context.close()
    assert watch.foreign == [], "only the app's own server may be asked"
    assert exceptions == [], "the app must not show exceptions"
    assert watch.failed == [], "whatever is asked for must be there"
    assert watch.errors == [], "the console must stay clean"


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


# What comes and goes is recorded where it happens: who only looks now and then misses it on a busy machine. An observer
# does not see into shadow roots, in which the canvas lives, so each gets one of its own.
_RECORD = """(selectors) => {
  window.recorded = Object.fromEntries(selectors.map((selector) => [selector, { came: 0, went: 0 }]));
  const count = (nodes, what) => {
    for (const node of nodes) {
      if (node.nodeType !== Node.ELEMENT_NODE) continue;
      for (const selector of selectors) {
        recorded[selector][what] += node.matches(selector) + node.querySelectorAll(selector).length;
      }
    }
  };
  const watch = (root) => new MutationObserver((changes) => {
    for (const change of changes) {
      count(change.addedNodes, "came");
      count(change.removedNodes, "went");
    }
  }).observe(root, { childList: true, subtree: true });
  watch(document);
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (settings) {
    const root = attach.call(this, settings);
    watch(root);
    return root;
  };
}"""


def record(page: Page, *selectors: str) -> None:
    """From its next address on, let the page count how often elements of these selectors came and went."""
    page.add_init_script(f"({_RECORD})({json.dumps(selectors)})")


def wait_until_gone(page: Page, selector: str) -> None:
    """Return once a recorded element has come and gone, if it has not long since."""
    page.wait_for_function("selector => recorded[selector].came > 0 && recorded[selector].went > 0", arg=selector)
