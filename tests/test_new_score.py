"""A new score is one row: what was trained before it goes on working, and does not offer it."""

import sys
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from core.__main__ import main
from core.benchmarks import protocols
from core.detection import scores
from core.detection.detector import Detector, knowledge_of, offered, scores_of
from core.detection.scores import Score
from core.errors import KagamiError
from core.models.bundle import load_bundle
from core.models.experiments import experiment

ROOT = Path(__file__).parent.parent
TABLE = scores.SCORES
OLD = ("mae", "mse", "bce", "sap", "nap")


@pytest.fixture
def ink(monkeypatch):
    """A score more, in every table of scores that is there."""
    row = Score(name="ink", compute=lambda seen: seen.x.mean(axis=1))
    table = MappingProxyType({"ink": row, **TABLE})
    for module in [*sys.modules.values()]:
        if getattr(module, "SCORES", None) is TABLE:
            monkeypatch.setattr(module, "SCORES", table)
    assert scores.SCORES is table
    return row.name


def test_it_can_be_computed_and_is_offered_where_it_is_held(ink):
    bundle = load_bundle("article-without-0")
    assert scores_of(knowledge_of(bundle)) == ("ink", *OLD)
    assert bundle.scores == offered(bundle) == OLD
    assert offered(load_bundle("kagami-all")) == tuple(TABLE)
    x = np.full((1, 784), 0.25, np.float32)
    assert Detector(bundle.autoencoder, score="ink").decision_function(x) == pytest.approx([0.25])


def test_a_bundles_detector_names_it_and_what_it_can_give(ink):
    with pytest.raises(KagamiError, match=r"holds no scores 'ink': .* It can give mae, mse, bce, sap, nap\.") as caught:
        Detector.of(load_bundle("article-without-0"), score="ink")
    assert caught.value.code == "score_missing"
    assert caught.value.details == {"name": "article-without-0", "score": "ink", "given": "mae, mse, bce, sap, nap"}


def test_the_command_line_goes_on(ink, capsys):
    assert main(["evaluate", "--experiment=article-only-1"]) == 0
    capsys.readouterr()
    assert main(["evaluate", "--experiment=article-only-1", "--score=ink"]) == 2
    assert "holds no scores 'ink'" in capsys.readouterr().err


def test_a_benchmark_tells_the_scores_that_the_bundle_holds(ink, monkeypatch):
    monkeypatch.setattr("core.build.build_bundle", lambda chosen, *, out, seed: load_bundle(chosen.name).path)
    run = protocols.Run(protocol="leave-one-out", digit=0, seed=0)
    row = protocols._run(run, experiment("article-all").recipe, "mae", None)
    assert tuple(row["scores"]) == OLD
    assert row["scores"]["mae"] == row["auroc"] == pytest.approx(0.796, abs=0.001)


@pytest.mark.parametrize("page", ["pages/draw.py", "pages/detect.py", "pages/reconstruct.py"])
def test_a_page_does_not_offer_it(page, ink):
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(ROOT / page), default_timeout=60)
    for key, value in {"lang": "en", "experiment": "article-without-0", "score": "ink"}.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    (select,) = [each for each in app.selectbox if each.label == "Score"]
    assert (len(select.options), select.value) == (len(OLD), "mae")


def test_a_score_that_is_gone_is_not_offered(monkeypatch):
    bundle = load_bundle("article-only-1")
    fewer = MappingProxyType({name: row for name, row in TABLE.items() if name != "sap"})
    monkeypatch.setattr("core.detection.detector.SCORES", fewer)
    assert bundle.scores == OLD
    assert offered(bundle) == ("mae", "mse", "bce", "nap")
