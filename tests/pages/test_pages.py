import re

import pytest

from core.images import data
from core.images.strokes import characters
from core.models.bundle import load_bundle
from core.ui.shared import loaders
from core.ui.shared.language import _catalogue

PAGES = (
    "app.py",
    "pages/denoise.py",
    "pages/detect.py",
    "pages/draw.py",
    "pages/reconstruct.py",
    "pages/latent.py",
    "pages/train.py",
)
VERDICT = re.compile(r'class="kg-verdict kg-(\w+)"')
KANA = re.compile("[ぁ-ヿ]")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_with_a_result_in_both_languages(open_page, html, path):
    english, japanese = (open_page(path, lang=lang) for lang in ("en", "ja"))
    for page in (english, japanese):
        assert not page.error
        assert "data:image/png" in html(page)
    assert not KANA.search(english.title[0].value)
    assert KANA.search(japanese.title[0].value)
    assert KANA.search(html(japanese))
    assert not KANA.search(html(english))


@pytest.mark.parametrize("path", ["app.py", "pages/draw.py"])
def test_a_preset_is_judged_before_the_canvas_has_sent_anything(open_page, html, path):
    assert VERDICT.search(html(open_page(path)))[1] in ("normal", "anomalous")


def strokes(name):
    return characters()[name].strokes


def test_the_verdict_is_about_what_the_canvas_sent(open_page, html):
    one = html(open_page("pages/draw.py", strokes=strokes("1"), experiment="article-only-1"))
    eight = html(open_page("pages/draw.py", strokes=strokes("8"), experiment="article-only-1"))
    assert VERDICT.search(one)[1] == "normal"
    assert VERDICT.search(eight)[1] == "anomalous"


@pytest.mark.parametrize(
    "sent, said",
    [
        ((), "There is nothing to judge yet."),
        ([[(0, y / 30), (1, y / 30)] for y in range(31)], "Too much ink"),
        ([[(0, 0), (0, 0)]], "Not enough ink"),
    ],
    ids=["blank", "filled", "dot"],
)
def test_what_is_no_character_gets_a_reason_and_no_score(open_page, html, sent, said):
    page = open_page("pages/draw.py", strokes=sent)
    assert VERDICT.search(html(page))[1] == "none"
    assert said in html(page)
    assert "kg-meter-mark" not in html(page)
    assert 'class="kg-live-value">–<' in html(page)


def test_a_preset_can_be_chosen_and_cleared(open_page, html):
    page = open_page("pages/draw.py", experiment="article-only-1")
    page.button_group(key="group").set_value("digits").run()
    page.button_group(key="character").set_value("1").run()
    assert VERDICT.search(html(page))[1] == "normal"
    page.button(key="clear").click().run()
    assert VERDICT.search(html(page))[1] == "none"
    assert not page.exception


def test_an_unknown_experiment_in_the_address_is_told_and_the_page_works(open_page, html):
    page = open_page("pages/draw.py", experiment="poetry")
    assert page.warning[0].value == "There is no experiment called “poetry”."
    assert VERDICT.search(html(page))
    page.selectbox(key="experiment").set_value("article-only-1").run()
    assert not page.warning


def test_an_experiment_that_is_not_trained_says_how_to_train_it(open_page):
    page = open_page("pages/reconstruct.py", lang="ja", experiment="article-only-2")
    assert "python -m core train article-only-2" in page.warning[0].value


def test_score_and_rule_come_from_the_address_and_change_the_threshold(open_page, html):
    default = html(open_page("pages/draw.py"))
    other = html(open_page("pages/draw.py", score="mse", rule="conformal"))
    assert default != other
    page = open_page("pages/draw.py", rule="conformal")
    assert page.slider(key="false_alarms").value == 5.0


def test_the_grid_shows_the_wanted_digits_and_marks_the_unseen_ones(open_page, html):
    page = open_page("pages/reconstruct.py", experiment="article-without-0", digits="0", count="10")
    shown = html(page)
    assert shown.count("Original, a 0") == 2 * shown.count("<figcaption><span") == 20, "in the grid and in the detail"
    assert shown.count(">unseen<") == 10
    page = open_page("pages/reconstruct.py", experiment="article-without-0", digits="3", count="10")
    assert ">unseen<" not in html(page)


def test_the_largest_errors_come_first_when_asked_for(open_page, html):
    def errors(page):
        found = re.findall(r"</span> (−?\d+\.\d+)</span>", html(page))
        return [float(error.replace("−", "-")) for error in found]

    first = errors(open_page("pages/reconstruct.py", order="largest"))
    last = errors(open_page("pages/reconstruct.py", order="smallest"))
    assert first == sorted(first, reverse=True)
    assert last == sorted(last)
    assert min(first) > max(last)


def test_no_digits_chosen_asks_for_one(open_page):
    page = open_page("pages/reconstruct.py")
    page.button_group(key="digits").set_value([]).run()
    assert page.info[0].value == "Choose at least one digit."


def test_a_damaged_bundle_is_told_on_the_page(open_page, monkeypatch, tmp_path):
    monkeypatch.setattr(loaders, "load_bundle", lambda name: load_bundle(name, folder=tmp_path))
    loaders.bundle.clear()
    loaders.detector.clear()
    try:
        page = open_page("pages/draw.py")
        assert page.error[0].value.startswith("The model “kagami-all” has not been trained yet.")
    finally:
        loaders.bundle.clear()


@pytest.mark.parametrize("path", PAGES)
def test_image_data_that_is_not_the_checked_one_is_told_on_every_page(open_page, monkeypatch, path):
    images = (loaders.train_images, loaders.test_images, loaders.trial)
    everything = (loaders.bundle, loaders.knowledge, loaders.detector, *images)
    monkeypatch.setattr(data, "MNIST_SHA256", "0" * 64)
    for cached in everything:
        cached.clear()
    try:
        page = open_page(path, lang="ja")
        assert page.error[0].value.startswith("画像データが壊れています。")
    finally:
        for cached in everything:
            cached.clear()


@pytest.fixture
def lose(monkeypatch, tmp_path):
    """Let the bundle of that name be missing, as it would be for a fresh server."""

    def lose(lost):
        monkeypatch.setattr(
            loaders, "load_bundle", lambda name: load_bundle(name, **({"folder": tmp_path} if name == lost else {}))
        )
        forget()

    def forget():
        for cached in (loaders.bundle, loaders.knowledge, loaders.detector):
            cached.clear()

    yield lose
    forget()


def test_a_damaged_second_opinion_does_not_take_the_verdict_with_it(open_page, html, lose):
    lose("article-all")
    shown = html(open_page("pages/draw.py"))
    assert VERDICT.search(shown)[1] == "anomalous"
    assert "The model “article-all” has not been trained yet." in shown


def test_the_catalogue_is_not_english_for_japanese():
    assert _catalogue("ja").gettext("Normal") == "正常"


def test_the_second_opinion_is_of_the_same_normals(open_page, html):
    assert "Article · only 1 says" in html(open_page("pages/draw.py", experiment="kagami-only-1"))
    assert " says " not in html(open_page("pages/draw.py", experiment="article-without-0"))


def test_a_missing_article_bundle_leaves_the_grid(open_page, html, lose):
    lose("article-only-1")
    page = open_page("pages/reconstruct.py", experiment="article-all")
    assert "article-only-1" in page.error[0].value
    assert "Original, a" in html(page)


def test_the_page_explains_the_verdict(open_page, html):
    shown = html(open_page("pages/draw.py", strokes=strokes("A")))
    for part in ("kg-units", "kg-live-mark", "kg-meter-mark kg-anomalous", "kg-steps", "kg-signed", "kg-closest"):
        assert part in shown
    assert shown.count('class="kg-unit"') == 16
    assert ">784<" in shown and ">512<" in shown
    # The article's network has other layers and no memory.
    shown = html(open_page("pages/draw.py", strokes=strokes("A"), experiment="article-all"))
    assert shown.count('class="kg-unit"') == 128
    assert "kg-closest" not in shown


def test_the_error_bar_has_the_verdicts_threshold_only_where_the_verdict_goes_by_the_error(open_page, html):
    own = html(open_page("pages/draw.py", strokes=strokes("A"), experiment="article-all"))
    threshold = re.search(r'data-score="mae" data-threshold="([\d.]+)"', own)[1]
    assert f"is not above the threshold <b>{float(threshold):.4f}</b>" in own
    assert f"threshold {float(threshold):.4f}</span></div>" in own
    other = html(open_page("pages/draw.py", strokes=strokes("A"), score="latent"))
    usual = re.search(r'data-score="mse" data-threshold="([\d.]+)"', other)[1]
    assert f"usual up to {float(usual):.4f}" in other


def test_a_borderline_verdict_says_so_and_what_would_turn_it(open_page, html):
    """5 to 6 % of the normals have a larger error than this F; the threshold moves over it."""
    said = []
    for wanted in ("1.5", "4.0", "7.0", "14.0"):
        page = open_page("pages/draw.py", strokes=strokes("F"), score="mse", rule="conformal", false_alarms=wanted)
        turns = re.search(r"Borderline: (\w+ with \w+) the false alarms", html(page))
        said.append((VERDICT.search(html(page))[1], turns and turns[1]))
    assert said == [
        ("normal", None),
        ("normal", "anomalous with twice"),
        ("anomalous", "normal with half"),
        ("anomalous", None),
    ]
