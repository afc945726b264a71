"""The user's own bundles; the network in them is an untrained one, and so small that the tests stay quick."""

import io
import json
import shutil
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from core.errors import KagamiError
from core.images.data import MNIST_SHA256, sha256_of
from core.models import library
from core.models.bundle import Card, list_bundles, load_bundle, read_card, write_bundle
from core.models.experiments import RECIPES, Experiment
from core.models.home import user_models

OWN = Experiment(recipe=replace(RECIPES["article"], name="own", encoder=(24, 12, 5)), normals=(1,))


@pytest.fixture
def mine(home, keras_side):
    """A bundle of the user's, called "Mine"."""

    def fill(folder):
        (folder / "model.keras").write_bytes(b"not looked into")
        shutil.copy(keras_side / "deep.tflite", folder / "model.tflite")
        scores = {"score_mae": np.array([0.25, 0.5], np.float32), "test_mae": np.zeros(10_000, np.float32)}
        np.savez_compressed(folder / "calibration.npz", **scores)
        return Card(
            experiment=OWN,
            seed=3,
            epochs=1,
            created="2026-01-31",
            train_seconds=1.5,
            data_sha256=MNIST_SHA256,
            versions={},
            history={"loss": [0.5], "val_loss": [0.5]},
            metrics={},
            title="Mine",
        )

    write_bundle(user_models() / "my-mine", fill)
    return "my-mine"


def refused(data):
    before = sorted(user_models().iterdir()) if user_models().exists() else []
    with pytest.raises(KagamiError) as caught:
        library.import_archive(data)
    assert caught.value.code == "not_a_bundle"
    assert (sorted(user_models().iterdir()) if user_models().exists() else []) == before, "nothing is left"
    return str(caught.value)


def repacked(data, change):
    """The archive with its files, by name, as `change` leaves them."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_ones_own_bundles_are_listed_beside_those_that_ship(mine):
    assert mine in list_bundles()
    assert "article-all" in list_bundles()
    assert load_bundle(mine).card.title == "Mine"
    assert library.user_bundles() == (mine,)


def test_an_experiment_of_a_known_recipe_goes_by_its_own_name_once(home):
    known = Experiment(recipe=RECIPES["article"], normals=(3,))
    assert library.name_for(known, "") == ("article-only-3", "")
    assert library.name_for(known, "", taken=["article-only-3"]) == ("my-article-only-3", "article-only-3")
    assert library.name_for(Experiment(recipe=RECIPES["article"], normals=(1,)), "")[0] == "my-article-only-1"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Threes & fives", "my-threes-fives"),
        ("../../etc/passwd", "my-etc-passwd"),
        ("  鏡  の 数字 ", "my-鏡-の-数字"),
        ("☆", "my-own"),
        ("Mine", "my-mine-2"),
    ],
)
def test_a_title_makes_a_folder_of_its_own_inside_the_users(title, name, mine):
    assert library.name_for(OWN, title)[0] == name


@pytest.mark.parametrize("title", ["x" * 61, "a\x00b"])
def test_titles_that_cannot_be_shown(title, home):
    with pytest.raises(KagamiError, match="at most 60 characters"):
        library.checked_title(title)


def test_a_bundle_is_renamed_where_it_is(mine):
    library.rename(mine, "  Only   ones ")
    assert load_bundle(mine).card.title == "Only ones"
    with pytest.raises(KagamiError, match="needs a name"):
        library.rename(mine, " ")
    with pytest.raises(KagamiError, match="no bundle 'article-all' of the user's"):
        library.rename("article-all", "Mine now")


def test_what_is_deleted_can_be_put_back(mine):
    library.delete(mine)
    assert mine not in list_bundles()
    assert library.deleted() == (mine,)
    library.put_back(mine)
    assert load_bundle(mine).card.title == "Mine"
    assert library.deleted() == ()
    with pytest.raises(KagamiError, match="no bundle 'article-all' of the user's"):
        library.delete("article-all")


def test_an_archive_comes_back_as_another_bundle(mine):
    data = library.export(mine)
    name = library.import_archive(data)
    assert name == "my-mine-2"
    assert read_card(name).title == "Mine"
    np.testing.assert_array_equal(load_bundle(name).calibration["score_mae"], [0.25, 0.5])
    assert library.import_archive(library.export("article-only-1")) == "my-article-only-1"


@pytest.mark.parametrize("data", [b"", b"PK", b"no archive at all"])
def test_what_is_no_archive(data, home):
    assert "no zip archive" in refused(data)


@pytest.mark.parametrize("name", ["../card.json", "/card.json", "my-mine/../../card.json", "a/b/card.json"])
def test_no_file_leaves_the_folder(name, mine):
    data = repacked(library.export(mine), lambda files: files.update({name: b"{}"}))
    assert "not one folder of files" in refused(data)


def test_no_other_files(mine):
    data = repacked(library.export(mine), lambda files: files.update({"my-mine/setup.py": b"import os"}))
    assert "'setup.py' does not belong to a bundle" in refused(data)


def test_what_was_changed_on_the_way_is_not_imported(mine):
    data = repacked(library.export(mine), lambda files: files.update({"my-mine/model.keras": b"other"}))
    assert "model.keras is not the file that was written" in refused(data)
    data = repacked(library.export(mine), lambda files: files.pop("my-mine/model.tflite"))
    assert "its files are not those" in refused(data)


def edited(change):
    def edit(files):
        card = json.loads(files["my-mine/card.json"])
        change(card)
        files["my-mine/card.json"] = json.dumps(card).encode()

    return edit


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda card: card.update(schema=9), "card.json cannot be read"),
        (lambda card: card.update(data_sha256="0" * 64), "trained on other images"),
        (lambda card: card["experiment"]["recipe"].update(name="<script>"), "one word"),
        (lambda card: card["experiment"]["recipe"].update(encoder=[10**9]), "1 to 6 layers"),
        (lambda card: card.update(title="x" * 100), "at most 60"),
    ],
)
def test_a_card_that_no_training_writes(change, what, mine):
    assert what in refused(repacked(library.export(mine), edited(change)))


def test_nothing_is_unpickled(mine, tmp_path):
    np.savez(tmp_path / "bad.npz", score_mae=np.array([print, None], object))

    def change(files):
        files["my-mine/calibration.npz"] = (tmp_path / "bad.npz").read_bytes()
        edited(lambda card: card["files"].update({"calibration.npz": sha256_of(tmp_path / "bad.npz")}))(files)

    assert "a file cannot be read" in refused(repacked(library.export(mine), change))


def test_bombs_are_not_unpacked(mine, monkeypatch):
    data = library.export(mine)
    with monkeypatch.context() as patch:
        patch.setattr(library, "LARGEST_ARCHIVE", len(data) - 1)
        assert "larger than" in refused(data)
    with monkeypatch.context() as patch:
        patch.setattr(library, "LARGEST_BUNDLE", 1000)
        assert "unpacked, it is larger" in refused(data)
    with monkeypatch.context() as patch:
        patch.setattr(library, "LARGEST_ARRAYS", 1000)
        assert "calibration.npz is too large" in refused(data)


GOOD = {"score_mae": np.array([0.25, 0.5], np.float32), "test_mae": np.zeros(10_000, np.float32)}


@pytest.mark.parametrize(
    "arrays",
    [
        {**GOOD, "score_mae": np.array([0.5, np.nan], np.float32)},
        {"score_mae": GOOD["score_mae"]},
        {**GOOD, "score_mse": GOOD["score_mae"], "test_mse": np.zeros(9_999, np.float32)},
        {**GOOD, "score_mse": GOOD["score_mae"].astype(float), "test_mse": GOOD["test_mae"]},
    ],
    ids=["not finite", "none of the test images", "another score's of too few", "another score's of another type"],
)
def test_a_detector_without_its_scores_is_not_imported(arrays, mine, tmp_path):
    np.savez(tmp_path / "bad.npz", **arrays)

    def change(files):
        files["my-mine/calibration.npz"] = (tmp_path / "bad.npz").read_bytes()
        edited(lambda card: card["files"].update({"calibration.npz": sha256_of(tmp_path / "bad.npz")}))(files)

    assert "lacks the scores" in refused(repacked(library.export(mine), change))
