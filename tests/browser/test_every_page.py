"""What must hold of every page in the navigation, in both languages, in light and dark, on a phone and a projector."""

import ast
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from babel.messages.pofile import read_po
from playwright.sync_api import Page, expect

from core.ui.shared.language import LOCALE

ROOT = Path(__file__).parent.parent.parent
SIZES = ((390, 844), (1280, 720), (1920, 1080))
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]{3,}")
# Four English words in a row are a sentence that nobody translated.
ENGLISH = re.compile(r"(?:\b[A-Za-z’]{2,}[ ,]+){3,}[A-Za-z’]{2,}")

# Streamlit's own, in English in every language; shown on a focus that only Tab gives.
STREAMLITS = {"Skip to main content"}

# Every text that a reader sees or hears, in shadow roots, too; the language switch names each language in its own.
TEXTS = """() => {
  const found = [];
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const text = node.textContent.trim();
      if (text && node.parentElement?.checkVisibility()) found.push(text);
      return;
    }
    // The canvas and a chart's inside are others' work, described in English in every language.
    if (node.matches?.(".st-key-language, .st-key-canvas, svg.marks, style, script, iframe")) return;
    for (const name of ["alt", "aria-label", "placeholder"]) {
      const text = node.getAttribute?.(name);
      if (text) found.push(text);
    }
    if (node.shadowRoot) walk(node.shadowRoot);
    node.childNodes.forEach(walk);
  };
  walk(document.querySelector("[data-testid=stApp]"));
  return found;
}"""
SIDEWAYS = """() => [document.documentElement, document.body, document.querySelector("[data-testid=stMain]")]
  .map((element) => element.scrollWidth - element.clientWidth)"""
# Who can be reached by the Tab key: a group of choices (arrow keys move in it) counts as one.
UNREACHED = """() => {
  const controls = "a[href], button, input, textarea, select, summary, [tabindex='0'], [role=slider]";
  const groups = "[role=radiogroup], [role=toolbar], [role=tablist], [role=group]";
  const group = (element) => element.closest(groups) ?? element;
  const found = [];
  const walk = (root) => root.querySelectorAll("*").forEach((element) => {
    if (element.shadowRoot) walk(element.shadowRoot);
    if (!element.matches(controls) || element.disabled || element.type === "file") return;
    if (element.tabIndex < 0 && element === group(element)) return; // a second way to what can be reached: − and +
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return;
    if (!window.reached.has(element) && !window.reached.has(group(element)) &&
        ![...window.reached].some((other) => group(other) === group(element) && group(element) !== element))
      found.push(element.outerHTML.slice(0, 160));
  });
  walk(document);
  return found;
}"""


CONTROLS = """() => {
  const all = (root) => [...root.querySelectorAll("*")].flatMap((e) => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])]);
  return all(document).filter((element) => element.tabIndex >= 0).length;
}"""


def addresses() -> list[str]:
    """The addresses in app.py's navigation, "" for the first page."""
    calls = [node for node in ast.walk(ast.parse((ROOT / "app.py").read_text("utf-8"))) if isinstance(node, ast.Call)]
    pages = [call for call in calls if ast.unparse(call.func) == "st.Page"]
    named = [{word.arg: word.value for word in page.keywords} for page in pages]
    return [ast.literal_eval(words["url_path"]) if "url_path" in words else "" for words in named]


def opened(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.get_by_test_id("stMain").locator("h1").first).to_be_visible()
    settle(page)


def settle(page: Page) -> None:
    """Wait until the script has run and everything that it sent is drawn."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    page.wait_for_timeout(300)


def untranslated(texts: list[str], lang: str) -> list[str]:
    if lang == "en":
        return [text for text in texts if JAPANESE.search(text)]
    with (LOCALE / "ja" / "LC_MESSAGES" / "kagami.po").open("rb") as file:
        messages = {m.id for m in read_po(file, locale="ja") if m.id and m.id != m.string and "{" not in m.id}
    return [text for text in texts if text not in STREAMLITS and (text in messages or ENGLISH.search(text))]


def violations(page: Page) -> list[str]:
    """Serious and critical findings of axe-core."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']} {node['html'][:160]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def unreached(page: Page) -> list[str]:
    """What the Tab key, pressed often enough, does not reach."""
    page.evaluate("""() => {
      window.reached = new Set();
      document.addEventListener("focusin", (event) => window.reached.add(event.composedPath()[0]));
    }""")
    for _press in range(page.evaluate(CONTROLS) + 15):
        page.keyboard.press("Tab")
    return list(page.evaluate(UNREACHED))


@pytest.mark.parametrize(("lang", "theme"), [("en", "light"), ("ja", "dark")])
@pytest.mark.parametrize("path", addresses())
def test_a_page_is_whole(app_url: str, page: Page, path: str, lang: str, theme: str):
    """Translated, accessible, nowhere wider than its screen; `context` asserts that it asked no other server.

    One visit for all of it: opening a page is what takes the time.
    """
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
    opened(page, f"{app_url}/{path}?lang={lang}")
    expect(page.locator("html")).to_have_attribute("lang", lang)
    assert untranslated(page.evaluate(TEXTS), lang) == []
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(200)
        assert max(page.evaluate(SIDEWAYS)) <= 0, f"scrolls sideways at {width}×{height}"
    assert violations(page) == []
    if theme == "light":
        assert unreached(page) == []
