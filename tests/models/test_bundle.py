import json
import shutil
import stat
from dataclasses import replace

import numpy as np
import pytest

from core.errors import KagamiError
from core.images.data import sha256_of
from core.models import bundle as module
from core.models.bundle import Card, list_bundles, load_bundle, score_arrays, write_bundle
from core.models.experiments import RECIPES, Experiment
from core.models.snapshots import Snapshots

NAME = "tiny-only-1"
EXPERIMENT = Experiment(recipe=replace(RECIPES["article"], name="tiny", encoder=(24, 12, 5)), normals=(1,))
CARD = Card(
    experiment=EXPERIMENT,
    seed=3,
    epochs=2,
    created="2026-01-31",
    train_seconds=1.5,
    data_sha256="0" * 64,
    versions={"keras": "3"},
    history={"loss": [0.5, 0.25], "val_loss": [0.5, 0.375]},
    metrics={"auroc": None},
)


@pytest.fixture
def fill(keras_side):
    """Fills a bundle's folder with an untrained network and two calibration scores."""

    def fill(folder):
        (folder / "model.keras").write_bytes(b"not looked into")
        shutil.copy(keras_side / "deep.tflite", folder / "model.tflite")
        np.savez(folder / "calibration.npz", score_mae=np.array([0.25, 0.5], np.float32))
        return CARD

    return fill


@pytest.fixture
def path(tmp_path, fill):
    write_bundle(tmp_path / NAME, fill)
    return tmp_path / NAME


def edit(path, change):
    """Change card.json as `change(dict)` says."""
    data = json.loads((path / "card.json").read_text())
    change(data)
    (path / "card.json").write_text(json.dumps(data))


def test_what_is_written_is_loaded(path):
    loaded = load_bundle(NAME, folder=path.parent)
    assert loaded.path == path
    assert loaded.experiment == EXPERIMENT
    assert replace(loaded.card, files={}) == CARD
    assert loaded.card.files == {
        name: sha256_of(path / name) for name in ("calibration.npz", "model.keras", "model.tflite")
    }
    assert loaded.autoencoder.bottleneck == 5
    np.testing.assert_array_equal(loaded.calibration["score_mae"], [0.25, 0.5])


def test_a_bundle_gives_the_scores_that_it_holds_both_arrays_of(path):
    held = score_arrays("mse", calibration=np.array([1, 2], np.float32), test=np.zeros(10_000, np.float32))
    loaded = load_bundle(NAME, folder=path.parent)
    assert loaded.scores == ()  # the test images' are not there
    np.testing.assert_array_equal(loaded.calibration_scores("mae"), [0.25, 0.5])
    with pytest.raises(KagamiError, match=r"'tiny-only-1' holds no scores 'mae': .* It can give nothing") as caught:
        loaded.test_scores("mae")
    assert caught.value.code == "score_missing"
    more = replace(loaded, calibration={**loaded.calibration, **held})
    assert more.scores == ("mse",)
    assert more.test_scores("mse") is held["test_mse"]
    assert more.calibration_scores("mse") is held["score_mse"]


def test_a_folder_holds_the_four_files_and_all_may_read_them(path):
    assert sorted(file.name for file in path.iterdir()) == [
        "calibration.npz",
        "card.json",
        "model.keras",
        "model.tflite",
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o755


def test_calibration_is_read_only(path):
    calibration = load_bundle(NAME, folder=path.parent).calibration
    with pytest.raises(ValueError, match="read-only"):
        calibration["score_mae"][0] = 0


def test_cards_survive_their_json():
    assert Card.from_json(CARD.to_json()) == CARD


def test_an_existing_bundle_stays_unless_forced(path, fill):
    before = sha256_of(path / "card.json")
    with pytest.raises(KagamiError, match=f"{NAME} exists already; --force replaces it") as caught:
        write_bundle(path, lambda folder: pytest.fail("nothing must be computed"))
    assert caught.value.code == "bundle_exists"
    assert sha256_of(path / "card.json") == before

    write_bundle(path, lambda folder: replace(fill(folder), seed=4), force=True)
    assert load_bundle(NAME, folder=path.parent).card.seed == 4
    assert [entry.name for entry in path.parent.iterdir()] == [NAME]


def test_what_fails_half_way_leaves_nothing_and_the_old_bundle(path, fill):
    def fail(folder):
        fill(folder)
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="the disk is full"):
        write_bundle(path, fail, force=True)
    with pytest.raises(RuntimeError, match="the disk is full"):
        write_bundle(path.with_name("tiny-only-2"), fail)
    assert [entry.name for entry in path.parent.iterdir()] == [NAME]
    assert load_bundle(NAME, folder=path.parent).card.seed == 3


def test_only_whole_bundles_are_listed(path, fill):
    seen_while_writing = []

    def look(folder):
        card = fill(folder)
        (folder / "card.json").write_text(card.to_json())
        seen_while_writing.extend(list_bundles(path.parent))
        return card

    write_bundle(path.with_name("tiny-all"), look)
    (path.parent / "empty").mkdir()
    (path.parent / "a file").touch()
    assert seen_while_writing == [NAME]
    assert list_bundles(path.parent) == ("tiny-all", NAME)
    assert list_bundles(path.parent / "nowhere") == ()


@pytest.mark.parametrize("make", [lambda folder: None, lambda folder: (folder / NAME).mkdir()])
def test_a_missing_bundle_names_the_remedy(make, tmp_path):
    make(tmp_path)
    with pytest.raises(
        KagamiError, match=f"There is no trained bundle '{NAME}'.*python -m core train {NAME}"
    ) as caught:
        load_bundle(NAME, folder=tmp_path)
    assert (caught.value.code, caught.value.details) == ("bundle_missing", {"name": NAME})


def damaged(path, what):
    with pytest.raises(KagamiError, match=f"The bundle '{path.name}' is damaged: {what}") as caught:
        load_bundle(path.name, folder=path.parent)
    assert caught.value.code == "bundle_damaged"
    assert f"python -m core train {path.name} --force" in str(caught.value)


@pytest.mark.parametrize("file", ["model.keras", "model.tflite", "calibration.npz"])
def test_every_file_is_checked(file, path):
    content = (path / file).read_bytes()
    (path / file).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    damaged(path, f"{file} is not the file that was written")
    (path / file).unlink()
    damaged(path, f"{file} is missing")


@pytest.fixture
def snapshots():
    """Two epochs of two images."""
    images = np.zeros((2, 28, 28), np.uint8)
    errors = np.full((2, 3), 0.5, np.float16)
    return Snapshots(
        labels=("1", "A"),
        images=images,
        epochs=(0, 2),
        reconstructions=np.stack([images, images + 9]),
        normal_errors=errors,
        unseen_errors=errors[:, :1],
    )


@pytest.fixture
def showing(tmp_path, fill, snapshots):
    """A bundle with snapshots."""

    def more(folder):
        np.savez(folder / "snapshots.npz", **snapshots.to_arrays())
        return fill(folder)

    write_bundle(tmp_path / NAME, more)
    return tmp_path / NAME


def test_snapshots_are_loaded_where_there_are_some(showing, snapshots):
    found = load_bundle(NAME, folder=showing.parent).snapshots
    assert (found.labels, found.epochs) == (snapshots.labels, snapshots.epochs)
    np.testing.assert_array_equal(found.reconstructions, snapshots.reconstructions)
    with pytest.raises(ValueError, match="read-only"):
        found.reconstructions[0] = 1


def test_a_bundle_may_hold_none(path):
    assert load_bundle(NAME, folder=path.parent).snapshots is None


def test_snapshots_are_checked_like_every_other_file(showing):
    content = (showing / "snapshots.npz").read_bytes()
    (showing / "snapshots.npz").write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    damaged(showing, "snapshots.npz is not the file that was written")
    (showing / "snapshots.npz").unlink()
    damaged(showing, "snapshots.npz is missing")


@pytest.mark.parametrize(
    "change",
    [
        {"reconstructions": np.zeros((1, 2, 28, 28), np.uint8)},
        {"reconstructions": np.zeros((2, 2, 28, 28), np.float32)},
        {"images": np.zeros((3, 28, 28), np.uint8)},
        {"normal_errors": np.zeros((1, 3), np.float16)},
        {"labels": np.array([print, None], object)},
    ],
)
def test_snapshots_of_other_shapes(change, showing, snapshots):
    np.savez(showing / "snapshots.npz", **{**snapshots.to_arrays(), **change})
    edit(showing, lambda card: card["files"].update({"snapshots.npz": sha256_of(showing / "snapshots.npz")}))
    damaged(showing, "a file cannot be read")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "3", '"schema"', "{}", '{"schema": 1}'])
def test_a_card_that_is_none(text, path):
    (path / "card.json").write_text(text)
    damaged(path, "card.json is not of schema 1")


def test_a_card_that_is_no_text(path):
    (path / "card.json").write_bytes(b"\xff\xfe\x00")
    damaged(path, "card.json is not of schema 1")


@pytest.mark.parametrize(
    "change",
    [
        lambda card: card.update(schema=2),
        lambda card: card.update(unknown=1),
        lambda card: card.pop("seed"),
        lambda card: card.pop("schema"),
        lambda card: card.update(files=[]),
        lambda card: card.update(files=None),
        lambda card: card.update(metrics=[]),
        lambda card: card.update(versions="keras"),
        lambda card: card.update(history=None),
        lambda card: card.update(history={"loss": [0.5, 0.25]}),
        lambda card: card["history"].update(loss=["a", "b"]),
        lambda card: card["history"].update(loss=[0.5]),
        lambda card: card.update(experiment=None),
        lambda card: card["experiment"].update(recipe=[]),
        lambda card: card["experiment"].update(normals=["1"]),
        lambda card: card["experiment"].update(normals=[[1]]),
        lambda card: card["experiment"].update(normals=[]),
        lambda card: card["experiment"]["recipe"].pop("encoder"),
        lambda card: card["experiment"]["recipe"].update(encoder=3),
        lambda card: card["experiment"]["recipe"].update(more=3),
    ],
)
def test_a_card_with_other_entries(change, path):
    edit(path, change)
    damaged(path, "card.json is not of schema 1")


def test_a_card_of_another_experiment(path):
    shutil.copytree(path, path.with_name("tiny-only-2"))
    damaged(path.with_name("tiny-only-2"), f"card.json is the one of {NAME}")


@pytest.mark.parametrize("encoder", [[24, 12, 6], [], ["5"]])
def test_a_card_of_another_network(encoder, path):
    edit(path, lambda card: card["experiment"]["recipe"].update(encoder=encoder))
    damaged(path, "its bottleneck is 5 wide, the card's encoder is")


@pytest.mark.parametrize("file", ["model.tflite", "calibration.npz"])
@pytest.mark.parametrize("content", [b"", b"nothing that anyone could load"])
def test_files_that_cannot_be_read_though_the_card_knows_them(file, content, path):
    (path / file).write_bytes(content)
    edit(path, lambda card: card["files"].update({file: sha256_of(path / file)}))
    damaged(path, "a file cannot be read")


def test_nothing_is_unpickled(path):
    np.savez(path / "calibration.npz", score_mae=np.array([print, None], object))
    edit(path, lambda card: card["files"].update({"calibration.npz": sha256_of(path / "calibration.npz")}))
    damaged(path, "a file cannot be read")


def test_the_shipped_bundles_are_the_default():
    assert module.MODELS.parts[-3:] == ("core", "assets", "models")
