"""The threshold lab: what it hands to the browser is what the command line says."""

import base64
import json

import numpy as np
import pytest

from core.__main__ import main
from core.detection.trial import Trial
from core.ui.shared import loaders

PAGE = "pages/detect.py"


def handed(page):
    """What the component was given."""
    (component,) = [each for each in page.get("bidi_component") if each.proto.component_name == "kagami_threshold_lab"]
    return json.loads(component.proto.json)


def counted(data):
    """The rates as the browser counts them: labels' sorted scores above the threshold, in single precision."""
    scores = np.frombuffer(base64.b64decode(data["scores"]), "<f4")
    groups = np.split(scores, np.cumsum([label["n"] for label in data["labels"]])[:-1])
    threshold = np.float32(np.inf if data["threshold"] is None else data["threshold"])
    return {
        label["name"]: {"n": len(group), "flagged": int((group > threshold).sum())}
        for label, group in zip(data["labels"], groups, strict=True)
    }


def told(capsys, *arguments):
    assert main(["evaluate", "--json", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("query", "arguments"),
    [
        ({}, ["--experiment", "article-without-0"]),
        ({"experiment": "article-without-1", "rule": "quantile", "false_alarms": "10"},
         ["--experiment", "article-without-1", "--rule", "quantile", "--false-alarms", "0.1"]),
        ({"experiment": "kagami-without-0"}, ["--experiment", "kagami-without-0"]),
        ({"experiment": "kagami-only-1", "score": "mse", "rule": "mean+std", "k": "2"},
         ["--experiment", "kagami-only-1", "--score", "mse", "--rule", "mean+std", "--k", "2"]),
        ({"rule": "fixed", "at": "0.0123"}, ["--experiment", "article-without-0", "--rule", "fixed", "--at", "0.0123"]),
    ],
    ids=["as it opens", "quantile", "kagami", "another score", "by hand"],
)  # fmt: skip
def test_each_figure_is_the_command_lines(open_page, capsys, query, arguments):
    data, report = handed(open_page(PAGE, **query)), told(capsys, *arguments)
    assert counted(data) == {
        label: {"n": group["n"], "flagged": group["flagged"]} for label, group in report["per_label"].items()
    }
    assert data["threshold"] == report["threshold"]
    assert data["curves"]["auroc"] == f"{report['auroc']:.3f}"
    held_out = {label["name"] for label in data["labels"] if label["unseen"]}
    flagged = sum(group["flagged"] for label, group in report["per_label"].items() if label in held_out)
    assert flagged / report["anomalies_n"] == report["detection_rate"]


def test_scores_come_sorted_by_label_for_the_browser_to_search(open_page):
    data = handed(open_page(PAGE))
    scores = np.frombuffer(base64.b64decode(data["scores"]), "<f4")
    for group in np.split(scores, np.cumsum([label["n"] for label in data["labels"]])[:-1]):
        assert (np.diff(group) >= 0).all()
    assert data["edges"][0] <= scores.min()
    assert len(data["sheet"]["examples"][0]) == len(data["edges"]) - 1


def test_letting_the_line_go_sets_the_threshold_by_hand(open_page, html):
    page = open_page(PAGE)
    before = html(page)
    page.session_state["rule"], page.session_state["at"] = "fixed", 0.02
    page.run()
    assert not page.exception
    assert handed(page)["threshold"] == float(np.float32(0.02))
    assert page.number_input(key="at").value == 0.02
    assert (page.query_params["rule"], page.query_params["at"]) == ("fixed", "0.02")
    assert html(page) != before  # the galleries follow


@pytest.mark.parametrize("at", ["", "inf", "nan", "much"])
def test_a_threshold_in_the_address_that_is_no_number_is_the_recipes(open_page, at):
    page = open_page(PAGE, rule="fixed", at=at)
    assert page.number_input(key="at").value == pytest.approx(handed(page)["marks"][0]["at"], abs=1e-4)


def test_a_threshold_by_hand_does_not_outlive_its_score(open_page):
    page = open_page(PAGE, rule="fixed", at="0.02")
    assert page.selectbox(key="rule").value == "fixed"
    page.selectbox(key="score").set_value("mse").run()
    assert page.selectbox(key="rule").value == "mean+std"
    assert "rule" not in page.query_params


def test_the_articles_rule_is_one_click_away(open_page):
    page = open_page(PAGE, experiment="kagami-without-0", rule="fixed", at="3")
    page.button(key="article_rule").click().run()
    assert (page.selectbox(key="rule").value, page.slider(key="k").value) == ("mean+std", 1.0)
    data = handed(page)
    assert data["threshold"] == data["marks"][0]["at"]


def test_the_cheapest_threshold_costs_the_least(open_page):
    page = open_page(PAGE, miss_cost="50")
    page.button(key="cheapest").click().run()
    data = handed(page)
    assert data["threshold"] == pytest.approx(data["curves"]["least"][0])
    assert data["curves"]["least"][1] == pytest.approx(min(cost for _, cost in data["curves"]["cost"]), rel=0.02)


def test_letters_stand_for_the_unseen_where_every_digit_is_known(open_page):
    page = open_page(PAGE, experiment="article-all")
    unseen = {label["name"]: label["n"] for label in handed(page)["labels"] if label["unseen"]}
    assert set(unseen) == {"A to Z", "kana", "symbols"}
    assert unseen["A to Z"] == 26
    assert f"{sum(unseen.values())} letters, kana and symbols" in page.caption[0].value
    assert not open_page(PAGE).caption


def test_the_mistakes_are_shown_with_what_came_back(open_page, html):
    shown = html(open_page(PAGE, experiment="article-without-1"))
    assert shown.count("Original, a 1") == 12
    assert shown.count("Where the two differ") == 24
    assert "Misses: unseen, but up to the threshold (1,133)" in shown


def test_nothing_missed_is_said(open_page, html):
    assert "Nothing is missed." in html(open_page(PAGE, rule="fixed", at="0"))


def test_ink_against_error(open_page):
    page = open_page(PAGE, view="ink")
    (chart,) = page.get("vega_lite_chart") or page.get("arrow_vega_lite_chart")
    spec = json.loads(chart.proto.spec)
    assert spec["description"].startswith("Ink against mean absolute error: correlation 0.")
    assert any("AUROC of **0.06**" in each.value for each in page.markdown)


def test_which_digit_is_found_by_what(open_page, html):
    shown = html(open_page(PAGE, view="leave-one-out", lang="ja"))
    assert '<th scope="col">外した数字</th><th scope="col">0</th>' in shown
    assert 'class="kl-inverted">0.06</td>' in shown
    assert "最も近い学習画像" in shown


def test_why_a_class_is_inverted_is_measured(open_page):
    page = open_page(PAGE, view="leave-one-out")
    ones = loaders.trial("article-without-1", "mae")
    below = (ones.anomaly_scores < np.median(ones.normal_scores)).mean()
    assert any(f"**{100 * below:.1f}\u00a0%** of the 1s" in each.value for each in page.markdown)


def test_the_story_is_measured(open_page):
    texts = " ".join(each.value for each in open_page(PAGE).markdown)
    zeros, ones = (loaders.bundle(f"article-without-{digit}").card.metrics for digit in (0, 1))
    assert f"**{zeros['detection_rate']:.2f}**" in texts
    assert f"**{ones['detection_rate']:.3f}** (AUROC {ones['auroc']:.2f})" in texts


def test_a_trial_is_made_once():
    assert loaders.trial("article-without-0", "mae") is loaders.trial("article-without-0", "mae")
    assert isinstance(loaders.trial("article-without-0", "mae"), Trial)


def test_choices_come_back_with_the_experiment_they_were_made_for(open_page):
    page = open_page(PAGE)
    page.selectbox(key="score").set_value("bce").run()
    page.selectbox(key="experiment").set_value("kagami-without-0").run()
    assert page.selectbox(key="score").value == "kagami"
    page.selectbox(key="experiment").set_value("article-without-0").run()
    assert page.selectbox(key="score").value == "bce"
    assert page.query_params["score"] == "bce"
