import re

import pytest

from core.__main__ import main
from core.images.noise import NOISES
from core.images.strokes import characters
from core.ui.canvas.drawing import Drawing
from tests.pages.conftest import canvas

TOTAL = re.compile(r'kg-total">(?:<b>)?([\d.]+) dB · ([\d.]+)')


@pytest.mark.parametrize(("kind", "amount"), [("gaussian", "0.4"), ("blur", "2.1")])
def test_the_pages_figures_are_the_command_lines(open_page, html, capsys, kind, amount):
    shown = TOTAL.findall(html(open_page("pages/denoise.py", noise=kind, amount=amount)))
    assert main(["denoise", "--kind", kind, "--amount", amount]) == 0
    printed = [line.split()[-2:] for line in capsys.readouterr().out.splitlines() if line.startswith(kind)]
    assert len(shown) == len(printed) == 4
    for (psnr, ssim), (psnr_printed, ssim_printed) in zip(shown, printed, strict=True):
        assert float(psnr) == pytest.approx(float(psnr_printed), abs=0.06)
        assert float(ssim) == pytest.approx(float(ssim_printed), abs=0.006)


@pytest.mark.parametrize("kind", NOISES)
def test_every_noise_has_a_page_and_an_amount_of_its_own(open_page, html, kind):
    page = open_page("pages/denoise.py", lang="ja", noise=kind)
    assert not page.error
    assert page.select_slider(key="amount").value == f"{NOISES[kind].default:g}"
    assert html(page).count('class="kg-row"') == 5


def test_another_noise_brings_its_own_amount(open_page):
    page = open_page("pages/denoise.py", noise="gaussian", amount="0.9")
    page.button_group(key="noise").set_value("occlusion").run()
    assert not page.exception
    assert page.select_slider(key="amount").value == "10"


def test_an_amount_that_is_none_is_the_default(open_page):
    assert open_page("pages/denoise.py", amount="0.123").select_slider(key="amount").value == "0.4"


def test_the_seed_changes_the_images_and_not_the_figures_of_the_set(open_page, html):
    first, other = (html(open_page("pages/denoise.py", seed=seed)) for seed in ("0", "1"))
    assert TOTAL.findall(first) == TOTAL.findall(other)
    assert first != other


def test_the_visitors_drawing_comes_first(open_page, html):
    page = open_page("pages/denoise.py")
    assert ">yours<" not in html(page)
    for name, there in (("A", True), ("blank", False)):
        canvas(page).shown = Drawing.of_character(name)
        page.run()
        assert (">yours<" in html(page)) is there
    assert "blank" in characters()


def test_passes_with_and_without_new_noise(open_page, html):
    fresh, same = (html(open_page("pages/denoise.py", between=how)) for how in ("fresh", "same"))
    assert fresh.count("noise 0.") == 7
    assert "noise 0." not in same
    assert re.search(r"takes \d of 8 for digits", same)
