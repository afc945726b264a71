"""The user's own bundles: named, renamed, exported, imported, deleted and put back.

A bundle that is called what its experiment is called has the experiment's name for a folder. Any other has a title,
and a folder whose name begins with `my-`, which no experiment's does. A folder keeps its name when the title changes,
so that links hold.
"""

import io
import os
import re
import shutil
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.errors import KagamiError
from core.files import write_text
from core.images.data import MNIST_SHA256
from core.images.sources import SOURCES
from core.models.bundle import (
    CALIBRATION,
    CARD,
    KERAS,
    LITERT,
    SNAPSHOTS,
    Card,
    list_bundles,
    load_bundle,
    open_bundle,
    write_bundle,
)
from core.models.experiments import RECIPES, Experiment, refuse_impossible
from core.models.home import user_models, user_trash

PREFIX = "my-"
LONGEST_TITLE = 60
# Of an archive, in bytes: packed, and unpacked. The largest network that can be trained takes 70 MiB, and 75 unpacked.
LARGEST_ARCHIVE, LARGEST_BUNDLE = 128 * 2**20, 160 * 2**20
# The same of the arrays in one npz file.
LARGEST_ARRAYS = 512 * 2**20
# Seconds after which what was deleted is gone for good.
KEPT_DELETED = 7 * 24 * 3600.0
FILES = (CARD, KERAS, LITERT, CALIBRATION, SNAPSHOTS)


def checked_title(title: str) -> str:
    """The title in one line without a margin. Raises KagamiError where it is too long or cannot be shown."""
    title = " ".join(unicodedata.normalize("NFC", title).split())
    if len(title) > LONGEST_TITLE or not title.isprintable():
        raise KagamiError(
            "bad_title",
            f"A name has at most {LONGEST_TITLE} characters, all of them printable.",
            most=LONGEST_TITLE,
        )
    return title


def name_for(experiment: Experiment, title: str, *, taken: Iterable[str] = ()) -> tuple[str, str]:
    """Folder name and title of a new bundle that nothing else has; taken: names besides those of all bundles.

    Without a title, an experiment of a known recipe that is not yet trained goes by its own name.
    """
    taken = {*taken, *list_bundles()}
    title = checked_title(title)
    if not title:
        if RECIPES.get(experiment.recipe.name) == experiment.recipe and experiment.name not in taken:
            return experiment.name, ""
        title = experiment.name
    word = re.sub(r"[\W_]+", "-", title.lower()).strip("-")[:40].strip("-") or experiment.recipe.name
    name, number = f"{PREFIX}{word}", 2
    while name in taken or (user_models() / name).exists():
        name, number = f"{PREFIX}{word}-{number}", number + 1
    return name, title


def user_bundles() -> tuple[str, ...]:
    """Names of the user's bundles, the youngest first."""

    def age(name: str) -> float:
        try:
            return -(user_models() / name / CARD).stat().st_mtime
        except OSError:
            return 0.0

    return tuple(sorted(list_bundles(user_models()), key=age))


def rename(name: str, title: str) -> None:
    """Give a bundle of the user's another title. Raises KagamiError where it cannot have that one."""
    card, title = _own(name), checked_title(title)
    if not title and card.experiment.name != name:
        raise KagamiError("title_missing", "This model needs a name.")
    write_text(user_models() / name / CARD, replace(card, title=title).to_json())


def delete(name: str) -> None:
    """Put a bundle of the user's into the trash, from which `put_back` takes it for a week."""
    if name not in list_bundles(user_models()):  # a damaged one can be deleted, too
        raise KagamiError("bundle_missing", f"There is no bundle {name!r} of the user's.", name=name)
    trash = user_trash()
    trash.mkdir(parents=True, exist_ok=True)
    for path in trash.iterdir():
        if path.name == name or time.time() - path.stat().st_mtime > KEPT_DELETED:
            shutil.rmtree(path, ignore_errors=True)
    (user_models() / name).rename(trash / name)
    os.utime(trash / name)


def deleted() -> tuple[str, ...]:
    """Names of what is in the trash, the last deleted first."""
    found = list_bundles(user_trash())
    return tuple(sorted(found, key=lambda name: -(user_trash() / name).stat().st_mtime))


def put_back(name: str) -> None:
    """Take a bundle out of the trash. Raises KagamiError where another has its name by now, or it is gone."""
    if name not in deleted():
        raise KagamiError("bundle_missing", f"There is no deleted bundle {name!r}.", name=name)
    if name in list_bundles():
        raise KagamiError("bundle_exists", f"There is another bundle {name!r} by now.", path=name)
    user_models().mkdir(parents=True, exist_ok=True)
    (user_trash() / name).rename(user_models() / name)


def export(name: str) -> bytes:
    """A bundle, shipped or the user's, as a zip archive of one folder. Raises KagamiError where it is damaged."""
    bundle = load_bundle(name)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in (CARD, *bundle.card.files):
            archive.write(bundle.path / file, f"{name}/{file}")
    return buffer.getvalue()


def import_archive(data: bytes) -> str:
    """Add the bundle of a zip archive to the user's, and return its name.

    Raises KagamiError where it is no bundle: other files, too large, another schema, hashes that do not fit, arrays
    that would have to be unpickled, a recipe that Kagami would not train. Nothing is left of it then.
    """
    files = _unpacked(data)
    try:
        card = Card.from_json(files[CARD].decode("utf-8"))
        title = checked_title(card.title)
        refuse_impossible(card.experiment.recipe)
    except KagamiError as error:
        raise _no_bundle(str(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _no_bundle(f"{CARD} cannot be read") from error
    if {*card.files, CARD} != set(files):
        raise _no_bundle(f"its files are not those that {CARD} names")
    if card.data_sha256 != MNIST_SHA256:
        raise _no_bundle("it was trained on other images")
    name, title = name_for(card.experiment, title)

    def fill(folder: Path) -> Card:
        for file, content in files.items():
            (folder / file).write_bytes(content)
        for file in (CALIBRATION, SNAPSHOTS):
            if file in files and _unpacked_size(folder / file) > LARGEST_ARRAYS:
                raise _no_bundle(f"{file} is too large")
        try:
            bundle = open_bundle(folder)  # as it came, with its own hashes, before it gets its place
        except KagamiError as error:
            raise _no_bundle(str(error.details["what"])) from error
        if card.experiment.recipe.score not in bundle.scores:
            raise _no_bundle(f"{CALIBRATION} lacks the scores of its detector")
        for score in bundle.scores:  # each of them is offered
            calibrations = [(bundle.calibration_scores(score, source), 2) for source in SOURCES]
            for scores, least in (*calibrations, (bundle.test_scores(score), 10_000)):
                plain = scores.dtype == np.float32 and scores.ndim == 1 and len(scores) >= least
                if not plain or not np.isfinite(scores).all():
                    raise _no_bundle(f"{CALIBRATION} lacks the scores of its detector")
        (folder / CARD).unlink()  # `write_bundle` writes it anew
        return replace(card, title=title)

    write_bundle(user_models() / name, fill)
    return name


def _no_bundle(what: str) -> KagamiError:
    return KagamiError("not_a_bundle", f"This archive holds no bundle that can be used: {what}.", what=what)


def _unpacked(data: bytes) -> dict[str, bytes]:
    """The files of a bundle's archive by their names; nothing else may be in it, and no more than is allowed."""
    if len(data) > LARGEST_ARCHIVE:
        raise _no_bundle(f"it is larger than {LARGEST_ARCHIVE // 2**20} MB")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            names = [entry.filename for entry in entries]
            folders = {name.rpartition("/")[0] for name in names}
            plain = [name.rpartition("/")[2] for name in names]
            # At most one folder deep; a name is only ever one of FILES, so that none can lead elsewhere.
            if len(folders) != 1 or "/" in next(iter(folders)) or len(set(plain)) != len(plain):
                raise _no_bundle("it is not one folder of files")
            if strange := sorted(set(plain) - set(FILES)):
                raise _no_bundle(f"{strange[0]!r} does not belong to a bundle")
            # A size that is told too small is what zipfile reads at most.
            if sum(entry.file_size for entry in entries) > LARGEST_BUNDLE:
                raise _no_bundle(f"unpacked, it is larger than {LARGEST_BUNDLE // 2**20} MB")
            return {name: archive.read(entry) for name, entry in zip(plain, entries, strict=True)}
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError) as error:
        raise _no_bundle("it is no zip archive that can be read") from error


def _unpacked_size(path: Path) -> int:
    """How large the arrays of an npz file are, by what its archive tells; more is never read."""
    try:
        with zipfile.ZipFile(path) as archive:
            return sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise _no_bundle(f"{path.name} cannot be read") from error


def _own(name: str) -> Card:
    """The card of a bundle of the user's. Raises KagamiError for every other name."""
    card = None
    if name in list_bundles(user_models()):
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            card = Card.from_json((user_models() / name / CARD).read_text(encoding="utf-8"))
    if card is None:
        raise KagamiError("bundle_missing", f"There is no bundle {name!r} of the user's.", name=name)
    return card
