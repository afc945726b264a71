import threading

import pytest

from core.errors import KagamiError
from core.ui.shared import loaders


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
