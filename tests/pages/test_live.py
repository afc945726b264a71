"""The draw page mounts the live mirror where its network can run in a browser, and misses nothing else without it."""

import pytest

from core.ui.canvas import live


def mounted(page):
    return [part.proto.component_name for part in page.get("bidi_component")]


@pytest.mark.parametrize("experiment", ["kagami-all", "article-only-1"])
def test_the_live_mirror_is_mounted_for_dense_networks(open_page, experiment):
    page = open_page("pages/draw.py", experiment=experiment)
    assert mounted(page).count("kagami_live") == 1


def test_without_a_network_for_the_browser_the_verdict_is_there(open_page, monkeypatch):
    monkeypatch.setattr(live, "_packed", lambda name: None)
    page = open_page("pages/draw.py")
    assert "kagami_live" not in mounted(page)
    assert any("kg-verdict" in str(part.proto.body) for part in page.get("html"))
