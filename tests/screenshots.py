"""Pictures of every page in both languages, both themes, on a projector and a phone: `python -m tests.screenshots`.

All of them go to a folder to be looked at; the few that the README shows are written into the repository.
"""

import argparse
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.benchmarks.pages import FLAGS, ROOT, STEPS, served

SIZES = {"projector": (1280, 720), "phone": (390, 844)}
LANGUAGES = ("en", "ja")
THEMES = ("light", "dark")
README = ROOT / "core" / "assets" / "readme"


@dataclass(frozen=True, kw_only=True)
class Shot:
    """A page to take. path: its address, without the language; ready: a selector of what it opens with."""

    name: str
    path: str
    ready: str
    settle: int = 2000  # milliseconds, for what moves


SHOTS = (
    Shot(name="story", path="", ready=".kg-verdict"),
    Shot(name="draw", path="draw", ready=".st-key-verdict .kg-verdict"),
    Shot(name="reconstruct", path="reconstruct", ready=".kg-grid"),
    Shot(name="denoise", path="denoise", ready=".kg-tile"),
    Shot(name="detect", path="detect", ready="h1", settle=4000),
    Shot(name="latent", path="latent", ready="h1", settle=4000),
    Shot(name="train", path="train", ready=".kg-tile"),
    *(Shot(name=f"step-{step}", path=f"?present=1&step={step}", ready=".kg-bar") for step in STEPS),
)

# Which of them the README shows, and as what.
SHOWN = {
    "draw-en-light-projector": "draw-en.png",
    "draw-ja-dark-projector": "draw-ja-dark.png",
    "draw-en-dark-phone": "draw-en-phone.png",
    "draw-ja-light-phone": "draw-ja-phone.png",
}


def take(browser: Browser, url: str, shot: Shot) -> Iterator[tuple[str, bytes]]:
    """A page in every language, theme and size: its name and its PNG."""
    for lang, theme, (size, (width, height)) in product(LANGUAGES, THEMES, SIZES.items()):
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            has_touch=size == "phone",
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.goto(f"{url}/{shot.path}{'&' if '?' in shot.path else '?'}lang={lang}")
        page.locator(shot.ready).first.wait_for(timeout=60_000)
        page.wait_for_timeout(shot.settle)
        yield f"{shot.name}-{lang}-{theme}-{size}", page.screenshot()
        context.close()


def main() -> None:
    """Take what was asked for and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=[shot.name for shot in SHOTS], action="append", help="take only these pages")
    parser.add_argument("--out", type=Path, default=ROOT / "screenshots", help="folder (default: screenshots)")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with served("app.py") as (url, _pid, _seconds), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for shot in SHOTS:
            if asked.only and shot.name not in asked.only:
                continue
            for name, png in take(browser, url, shot):
                path = asked.out / f"{name}.png"
                path.write_bytes(png)
                print(path)
                if name in SHOWN:
                    # A palette is enough for these pages, and a third of the size.
                    with Image.open(path) as picture:
                        picture.convert("RGB").quantize(255, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
                            README / SHOWN[name], optimize=True
                        )
        browser.close()


if __name__ == "__main__":
    main()
