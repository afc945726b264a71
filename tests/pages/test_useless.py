"""A network that came to nothing is said on every page that offers it."""

import pytest

from core.errors import KagamiError
from core.models import library
from core.ui.shared import loaders

NOTICE = KagamiError("useless_same", "the same image", error="0.0670", constant="0.0669")
SAID = "同じ画像"


@pytest.fixture
def dead(home, monkeypatch):
    """A model of the visitor's that returns the same image for every input."""
    monkeypatch.setattr(loaders, "useless", lambda bundle, test: NOTICE)
    loaders.uselessness.clear()
    yield library.import_archive(library.export("plane-all"))
    loaders.uselessness.clear()


@pytest.mark.parametrize("path", ["draw", "reconstruct", "detect", "latent"])
def test_it_is_said_where_it_is_chosen(open_page, dead, path):
    key = "map_of" if path == "latent" else "experiment"
    page = open_page(f"pages/{path}.py", lang="ja", **{key: dead})
    assert [SAID in warning.value for warning in page.warning] == [True]
    assert not open_page(f"pages/{path}.py", lang="ja").warning


def test_it_is_said_in_the_table_of_models(open_page, html, dead):
    assert html(open_page("pages/train.py", lang="ja")).count("kg-useless") == 1
