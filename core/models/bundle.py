"""A bundle: a trained model on disk, as a folder of plain files. No TensorFlow and no pickle.

`card.json` tells all about it, `model.keras` trains on, `model.tflite` serves, `calibration.npz` holds what
detectors know of held-out normals, and `snapshots.npz`, where there is one, shows how it learnt. A bundle is
written beside its place and renamed into it, so that a folder with a bundle's name is always a whole bundle. Some
ship with Kagami, others are the user's own.
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from core.errors import KagamiError
from core.images.data import ASSETS, Float, sha256_of
from core.images.sources import SCAN, SOURCES, checked
from core.models.autoencoder import Autoencoder
from core.models.experiments import PRESETS, Experiment, Recipe, experiment
from core.models.home import user_models
from core.models.snapshots import Snapshots

SCHEMA = 1
MODELS = ASSETS / "models"
KERAS, LITERT, CALIBRATION, CARD = "model.keras", "model.tflite", "calibration.npz", "card.json"
SNAPSHOTS = "snapshots.npz"
# What the arrays of a score are called in calibration.npz; see `score_arrays`.
_CALIBRATION, _TEST = "score_", "test_"
# In the name of a folder that is being written.
PART = ".part-"
# Less free space than this where a file could not be written, and the disk is full.
HARDLY_ANY = 2**20
# What reading a file raises that is not what it should be.
UNREADABLE = (ValueError, OSError, EOFError, KeyError, RuntimeError, BadZipFile)


def experiment_of(data: Mapping[str, Any]) -> Experiment:
    """The experiment that `dataclasses.asdict` made JSON of. Raises KeyError, TypeError or ValueError for others."""
    recipe = Recipe(**{**data["recipe"], "encoder": tuple(data["recipe"]["encoder"])})
    return Experiment(recipe=recipe, normals=tuple(data["normals"]))


@dataclass(frozen=True, kw_only=True)
class Card:
    """What a bundle says of itself.

    seed, epochs, created (ISO date), train_seconds: how the model was trained.
    data_sha256: of the MNIST file; versions: of the libraries that trained.
    history: `loss` and `val_loss`, one number an epoch.
    metrics: the recipe's own detector on MNIST's test images (`core.detection.evaluation.Evaluation`).
    title: what its owner calls it; without one it is called what its experiment is, and so is its folder.
    files: SHA-256 of each other file in the folder.
    """

    experiment: Experiment
    seed: int
    epochs: int
    created: str
    train_seconds: float
    data_sha256: str
    versions: Mapping[str, str]
    history: Mapping[str, list[float]]
    metrics: Mapping[str, Any]
    title: str = ""
    files: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """The card as it stands in card.json."""
        return json.dumps({"schema": SCHEMA, **asdict(self)}, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Card":
        """The card that `to_json` wrote. Raises ValueError, KeyError or TypeError for anything else."""
        data = json.loads(text)
        if data.pop("schema") != SCHEMA:
            raise ValueError(f"schema must be {SCHEMA}")
        card = cls(experiment=experiment_of(data.pop("experiment")), **data)
        losses = [*card.history["loss"], *card.history["val_loss"]]
        if len(losses) != 2 * card.epochs or not all(isinstance(loss, float) for loss in losses):
            raise ValueError("history must hold two losses an epoch")
        if not all(isinstance(entry, dict) for entry in (card.versions, card.metrics, card.files)):
            raise TypeError("versions, metrics and files must be objects")
        if not isinstance(card.title, str):
            raise TypeError("title must be text")
        return card


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """A checked bundle, loaded.

    calibration: read-only arrays of calibration.npz: what detectors know, and the anomaly scores that
        `calibration_scores`, for each way in that it knows, and `test_scores` give.
    snapshots: what the network returned while it learnt, where the bundle tells.
    """

    path: Path
    card: Card
    autoencoder: Autoencoder
    calibration: Mapping[str, Float]
    snapshots: Snapshots | None = None

    @property
    def experiment(self) -> Experiment:
        return self.card.experiment

    @property
    def scores(self) -> tuple[str, ...]:
        """Names of the scores whose arrays it holds, those of the calibration set and of the test images, in order."""
        names = (key.removeprefix(_CALIBRATION) for key in self.calibration if key.startswith(_CALIBRATION))
        return tuple(name for name in names if f"{_TEST}{name}" in self.calibration)

    def learning(self) -> Snapshots:
        """What the network returned while it learnt. Raises KagamiError where the bundle does not tell."""
        if self.snapshots is None:
            raise _damaged(self.path.name, f"{SNAPSHOTS} is missing")
        return self.snapshots

    @property
    def sources(self) -> tuple[str, ...]:
        """The ways in that it has calibration scores of their own for; empty where it has the same for all of them."""
        held = tuple(
            name for name in SOURCES if any(_of_source(name, score) in self.calibration for score in self.scores)
        )
        return held if held != (SCAN,) else ()

    def calibration_scores(self, score: str, source: str = SCAN) -> Float:
        """Anomaly scores (n,) of the calibration set, higher is more anomalous. Raises KagamiError without them.

        source: the way in (`core.images.sources`). A bundle offers what it holds: where it has none of that way's own,
        these are the ones that it has for all.
        """
        own = _of_source(checked(source), score)
        return self.calibration[own] if own in self.calibration else self._scores(_CALIBRATION, score)

    def test_scores(self, score: str) -> Float:
        """Anomaly scores (10000,) of MNIST's test images, in their order. Raises KagamiError without them."""
        return self._scores(_TEST, score)

    def _scores(self, part: str, score: str) -> Float:
        try:
            return self.calibration[f"{part}{score}"]
        except KeyError:
            name, given = self.experiment.name, ", ".join(self.scores) or "nothing"
            raise KagamiError(
                "score_missing",
                f"The bundle {name!r} holds no scores {score!r}: it was trained without them. It can give {given}. "
                f"For more, train it again: python -m core train {name} --force",
                name=name,
                score=score,
                given=given,
            ) from None


def _of_source(source: str, score: str) -> str:
    """What the array of a score is called that was calibrated for one way in; a scan's is the one that all have."""
    return f"{_CALIBRATION if source == SCAN else f'{source}_'}{score}"


def calibration_arrays(score: str, by_source: Mapping[str, Float]) -> dict[str, Float]:
    """The arrays (n,) of one score by source, as calibration.npz names them and `Bundle` finds them."""
    return {_of_source(source, score): scores for source, scores in by_source.items()}


def score_arrays(score: str, *, calibration: Float, test: Float) -> dict[str, Float]:
    """The arrays (n,) and (10000,) of one score that is calibrated once for all ways in."""
    return {**calibration_arrays(score, {SCAN: calibration}), f"{_TEST}{score}": test}


def refuse_existing(path: Path, *, force: bool) -> None:
    """Raise KagamiError where `path` exists and is not to be replaced: said before hours of training, too."""
    if path.exists() and not force:
        raise KagamiError("bundle_exists", f"{path} exists already; --force replaces it.", path=str(path))


def write_bundle(path: Path, fill: Callable[[Path], Card], *, force: bool = False) -> None:
    """Write a bundle to `path`: `fill` writes its files into a folder beside it, which is then renamed.

    `fill` returns the card; the hashes of the files are added to it here.

    Raises KagamiError where `path` exists, unless `force`; then the old bundle is replaced only once the new
    one is complete.
    """
    refuse_existing(path, force=force)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f"{path.name}{PART}", dir=path.parent))
    try:
        card = fill(beside)
        files = {file.name: sha256_of(file) for file in sorted(beside.iterdir())}
        (beside / CARD).write_text(replace(card, files=files).to_json(), encoding="utf-8")
        beside.chmod(0o755)  # mkdtemp's folders are private
        if path.exists():
            old = beside.with_name(f"{beside.name}-old")
            path.rename(old)
            beside.rename(path)
            shutil.rmtree(old)
        else:
            beside.rename(path)
    except BaseException as error:
        # Not every library says by its error that the disk was full; asked before what was written is removed.
        full = isinstance(error, Exception) and disk_is_full(path.parent)
        shutil.rmtree(beside, ignore_errors=True)
        if full:
            raise KagamiError(
                "disk_full", f"The disk that holds {path.parent} is full.", path=str(path.parent)
            ) from error
        raise


def find_bundle(name: str) -> Path:
    """Where the bundle of that name is, shipped or the user's; it may be missing."""
    shipped = MODELS / name
    return shipped if (shipped / CARD).is_file() else user_models() / name


def read_card(name: str, *, folder: Path | None = None) -> Card | None:
    """The card of the bundle `name` in `folder`, or else where `find_bundle` finds it, without a look at its other
    files; None where there is none to be read."""
    try:
        return Card.from_json(((folder / name if folder else find_bundle(name)) / CARD).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def experiment_named(name: str) -> Experiment:
    """The experiment of a bundle, or else of an experiment's name. Raises KagamiError for a name that is neither."""
    card = None if name in PRESETS else read_card(name)
    return card.experiment if card else experiment(name)


def disk_is_full(folder: Path) -> bool:
    """Whether hardly anything can be written to the disk that holds `folder`."""
    return folder.is_dir() and shutil.disk_usage(folder).free < HARDLY_ANY


def load_bundle(name: str, *, folder: Path | None = None) -> Bundle:
    """Load and check the bundle `name` in `folder`, or else where `find_bundle` finds it.

    Raises KagamiError where it is missing, of another schema, or a file is missing or not the one that the
    card was written for.
    """
    path = find_bundle(name) if folder is None else folder / name
    if not (path / CARD).is_file():
        raise KagamiError(
            "bundle_missing",
            f"There is no trained bundle {name!r} in {path.parent}. Train it: python -m core train {name}",
            name=name,
        )
    bundle = open_bundle(path)
    if not bundle.card.title and bundle.experiment.name != name:
        raise _damaged(name, f"{CARD} is the one of {bundle.experiment.name}")
    return bundle


def open_bundle(path: Path) -> Bundle:
    """Load and check the bundle in the folder `path`, whatever its name is; raises KagamiError as `load_bundle`."""
    name = path.name
    try:
        card = Card.from_json((path / CARD).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(name, f"{CARD} is not of schema {SCHEMA}") from error
    looked_at = SNAPSHOTS in card.files
    for file in (KERAS, LITERT, CALIBRATION, *([SNAPSHOTS] if looked_at else [])):
        if not (path / file).is_file():
            raise _damaged(name, f"{file} is missing")
        if sha256_of(path / file) != card.files.get(file):
            raise _damaged(name, f"{file} is not the file that was written")
    try:
        autoencoder = Autoencoder(path / LITERT)
        with np.load(path / CALIBRATION, allow_pickle=False) as archive:
            calibration = dict(archive)
        snapshots = read_snapshots(path / SNAPSHOTS) if looked_at else None
    except UNREADABLE as error:
        raise _damaged(name, "a file cannot be read") from error
    encoder = card.experiment.recipe.encoder
    if (autoencoder.bottleneck,) != encoder[-1:]:
        raise _damaged(name, f"its bottleneck is {autoencoder.bottleneck} wide, the card's encoder is {list(encoder)}")
    for array in calibration.values():
        array.flags.writeable = False
    return Bundle(path=path, card=card, autoencoder=autoencoder, calibration=calibration, snapshots=snapshots)


def _damaged(name: str, what: str) -> KagamiError:
    return KagamiError(
        "bundle_damaged",
        f"The bundle {name!r} is damaged: {what}. Train it again: python -m core train {name} --force",
        name=name,
        what=what,
    )


def read_snapshots(path: Path) -> Snapshots:
    """The snapshots of an npz file. Raises one of UNREADABLE where it holds something else."""
    with np.load(path, allow_pickle=False) as archive:
        return Snapshots.from_arrays(dict(archive))


def list_bundles(folder: Path | None = None) -> tuple[str, ...]:
    """Names of the bundles in `folder`, or else of all, shipped and the user's; sorted, half-written ones left out."""
    if folder is None:
        return tuple(sorted({*list_bundles(MODELS), *list_bundles(user_models())}))
    if not folder.is_dir():
        return ()
    return tuple(sorted(card.parent.name for card in folder.glob(f"*/{CARD}") if PART not in card.parent.name))
