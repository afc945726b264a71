import re
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from core.detection.thresholds import Threshold
from core.errors import KagamiError
from core.models import library
from core.models.bundle import load_bundle, write_bundle
from core.models.home import user_models, user_trash
from core.ui.canvas import live
from core.ui.latent import plane
from core.ui.shared import loaders

ROOT = Path(__file__).parents[3]


@pytest.fixture
def fresh():
    """Nothing is loaded, before and after."""
    for cached in (loaders.begin, loaders.train_images):
        cached.clear()
    yield
    for cached in (loaders.begin, loaders.train_images):
        cached.clear()


def test_loading_begins_once_and_who_needs_it_waits_for_that(fresh, monkeypatch):
    loaded = []
    monkeypatch.setattr(loaders, "load_mnist", lambda part: loaded.append(threading.current_thread()) or part)
    thread = loaders.begin()
    assert loaders.begin() is thread
    thread.join()
    assert loaders.train_images() == "train"
    assert loaded == [thread]


def test_what_fails_ahead_is_told_to_who_needs_it(fresh, monkeypatch):
    def missing(part):
        raise KagamiError("data_missing", "MNIST is missing.", path="")

    uncaught = []
    monkeypatch.setattr(loaders, "load_mnist", missing)
    monkeypatch.setattr(threading, "excepthook", uncaught.append)
    loaders.begin().join()
    assert uncaught == []
    with pytest.raises(KagamiError, match="MNIST is missing"):
        loaders.train_images()


@pytest.fixture
def mine(home):
    """Two bundles of the user's; nothing of any other is loaded afterwards."""
    yield tuple(library.import_archive(library.export(name)) for name in ("article-only-1", "article-all"))
    for cached in OF_A_BUNDLE:
        cached.clear()


RULE = Threshold(rule="mean+std")
# Everything that is cached of a bundle, in whatever room: by its name, and what it takes besides.
OF_A_BUNDLE = {
    loaders.bundle: (),
    loaders.knowledge: (),
    loaders.detector: ("mae", RULE),
    loaders.usual: (),
    loaders.latent_space: (),
    loaders.trial: ("mae",),
    plane._atlas: (),
    plane._decoder: (),
    live._packed: (),
}
# Is None for every bundle of use, which says nothing of when it was asked.
ALWAYS_NONE = {"uselessness"}


def all_of(name):
    return [cached(name, *rest) for cached, rest in OF_A_BUNDLE.items()]


def same(before, after):
    return [one is other for one, other in zip(before, after, strict=True)]


def test_whatever_is_cached_by_a_bundles_name_is_forgotten_with_the_bundle():
    cached = re.compile(r"^@(.*(?:st\.cache|OfBundle).*)\n(?:@.*\n)*def (\w+)\(name\b", re.MULTILINE)
    found = [each for path in (ROOT / "core" / "ui").rglob("*.py") for each in cached.findall(path.read_text("utf-8"))]
    assert {function for _, function in found} == {cached.__name__ for cached in OF_A_BUNDLE} | ALWAYS_NONE
    assert all("OfBundle" in decorator for decorator, _ in found)


def test_a_renamed_bundle_is_seen_anew_and_no_other_is(mine):
    renamed, other = mine
    before, others, shipped = all_of(renamed), all_of(other), all_of("article-only-1")
    assert all(same(before, all_of(renamed)))
    library.rename(renamed, "Ones")
    after = all_of(renamed)
    assert not any(same(before, after))
    assert after[0].card.title == "Ones"
    assert all(same(others, all_of(other)))
    assert all(same(shipped, all_of("article-only-1")))


def test_a_bundle_that_was_trained_again_is_seen_anew_and_no_other_is(mine):
    again, other = mine
    before, others = all_of(again), all_of(other)
    trained = load_bundle("plane-all")

    def fill(folder):
        for file in trained.card.files:
            shutil.copy(trained.path / file, folder / file)
        return replace(trained.card, title="Again")

    write_bundle(user_models() / again, fill, force=True)
    assert loaders.bundle(again).autoencoder.bottleneck == 2
    assert not any(same(before, all_of(again)))
    assert all(same(others, all_of(other)))


def test_a_deleted_bundle_is_missing_until_it_is_put_back_and_no_other_is(mine):
    deleted, other = mine
    all_of(deleted)
    others = all_of(other)
    library.delete(deleted)
    for cached, rest in OF_A_BUNDLE.items():
        with pytest.raises(KagamiError) as caught:
            cached(deleted, *rest)
        assert caught.value.code == "bundle_missing"
    assert all(same(others, all_of(other)))
    library.put_back(deleted)
    assert loaders.bundle(deleted).experiment.normals == (1,)
    assert loaders.detector(deleted, "mae", RULE).autoencoder is loaders.bundle(deleted).autoencoder


def test_another_bundle_of_the_same_name_is_another_bundle(mine):
    gone, _ = mine
    before = all_of(gone)
    library.delete(gone)
    shutil.rmtree(user_trash())
    assert library.import_archive(library.export("article-only-1")) == gone
    assert not any(same(before, all_of(gone)))


def test_what_was_made_while_a_bundle_changed_is_made_anew(mine):
    name, _ = mine
    made = []

    @loaders.OfBundle
    def title(name):
        made.append(loaders.load_bundle(name).card.title)
        if len(made) == 1:
            library.rename(name, "Meanwhile")
        return made[-1]

    assert title(name) != title(name) == title(name) == "Meanwhile"
    assert len(made) == 2
