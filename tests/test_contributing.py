"""What CONTRIBUTING.md names is there: files, folders, tables and functions."""

import re
from pathlib import Path

import pytest

from tests.test_imports import LAYERS

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROWS = [line for line in TEXT.splitlines() if line.startswith("| a ")]


def paths(text):
    """Paths of the repository that a text names; a folder in <angle brackets> stands for each that is there."""
    named = re.findall(r"`((?:core|pages|tests|\.ci)(?:/[\w<>.-]*)*|[\w.]+\.(?:py|md))`", text)
    return [re.sub(r"<\w+>", "*", name) for name in named]


def test_files_and_folders_exist():
    found = paths(TEXT) + re.findall(r"^    ((?:core|pages)[\w./]*)  ", TEXT, re.MULTILINE)
    found += re.findall(r"\]\(([\w/.]+)", TEXT)
    assert len(found) > 30
    assert [name for name in found if not list(ROOT.glob(name.rstrip("/")))] == []


def test_the_picture_names_every_package_in_its_order():
    shown = re.findall(r"^    (core/\w+)(?:/|\.py) ", TEXT, re.MULTILINE)
    packages = {f"core/{path.parent.name}" for path in ROOT.glob("core/*/__init__.py")}
    assert set(shown) == packages | {"core/build"}
    layers = [name.replace("core.", "core/") for name in LAYERS if name.replace("core.", "core/") in shown]
    assert shown == layers


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_tables_and_functions_stand_in_the_files_that_are_named_with_them(row):
    """`NAME` in `file`, `NAME` of `file`: the nearest file behind a name holds it."""
    for names, path in re.findall(r"((?:`\w+`(?: and )?)+) (?:in|of) `([\w/]+\.py)`", row):
        source = (ROOT / path).read_text(encoding="utf-8")
        for name in re.findall(r"`(\w+)`", names):
            assert re.search(rf"^(?:def |class )?{name}\b", source, re.MULTILINE), (name, path)


def test_what_can_be_added_is_what_is_asked_for():
    kinds = {row.split("|")[1].strip() for row in ROWS}
    assert {"a preset character", "a score", "a noise", "a recipe", "a page", "a language"} <= kinds
