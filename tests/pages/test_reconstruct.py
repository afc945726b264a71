import json
import re

import pytest

from core.__main__ import main

TOTAL = re.compile(r'kg-total"><b>([\d.]+)</b>')


def test_several_experiments_stand_on_the_same_images_the_narrowest_first(open_page, html):
    page = open_page("pages/reconstruct.py", show="several")
    shown = html(page)
    widths = [int(width) for width in re.findall(r"bottleneck of (\d+)", shown)]
    assert widths[0] == 2
    assert widths == sorted(widths)
    assert shown.count('class="kg-row"') == 1 + len(widths)


def test_the_pages_mean_error_is_the_command_lines(open_page, html, capsys):
    page = open_page("pages/reconstruct.py", show="several", beside="article-all,kagami-without-0")
    told = {}
    for name in ("kagami-without-0", "article-all"):
        assert main(["evaluate", "--experiment", name, "--score", "mae", "--json"]) == 0
        groups = json.loads(capsys.readouterr().out)["per_label"].values()
        told[name] = sum(g["n"] * g["mean_score"] for g in groups) / sum(g["n"] for g in groups)
    assert [float(total) for total in TOTAL.findall(html(page))] == [
        pytest.approx(told[name], abs=6e-5) for name in ("kagami-without-0", "article-all")
    ]


def test_no_experiment_chosen_leaves_the_originals(open_page, html):
    page = open_page("pages/reconstruct.py", show="several")
    page.button_group(key="beside").set_value([]).run()
    assert not page.exception
    assert html(page).count('class="kg-row"') == 1


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_each_image_has_a_detail_that_the_keyboard_reaches(open_page, html, lang):
    shown = html(open_page("pages/reconstruct.py", lang=lang))
    assert shown.count('class="kg-pair" tabindex="0"') == shown.count('class="kg-detail"') == 10
    assert shown.count("kg-near") == 10, "kagami-all remembers"
    assert "kg-near" not in html(open_page("pages/reconstruct.py", experiment="article-all"))


def test_a_second_pass_is_shown_and_costs_something(open_page, html):
    page = open_page("pages/reconstruct.py", experiment="article-all", second="true")
    assert html(page).count("Second pass of a") == 20  # in the grid and in the detail
    once, twice = re.search(r"one\s+pass: (0\.\d+); after two: (0\.\d+)", page.markdown[0].value).groups()
    assert 0 < float(once) < float(twice)
    assert "Second pass of a" not in html(open_page("pages/reconstruct.py", experiment="article-all"))


@pytest.mark.parametrize(("asked", "shown"), [("30", 30), ("17", 10), ("nonsense", 10)])
def test_only_offered_counts_are_shown(open_page, html, asked, shown):
    assert html(open_page("pages/reconstruct.py", count=asked)).count('class="kg-pair"') == shown
