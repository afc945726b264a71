"""Who imports what, in fresh interpreters: `core` alone needs no Streamlit, and no page loads TensorFlow."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TRAINING = {"core.models.networks", "core.models.training", "core.build"}
TRAINING |= {"core.benchmarks.protocols", "core.benchmarks.speed"}
HEAVY = {"tensorflow", "keras", "sklearn"}
PAGES = sorted((ROOT / "pages").glob("*.py"))


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted((ROOT / "core").rglob("*.py"))}


def imported(path):
    """Top-level packages that a file names in an import, wherever it stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def loaded_after(code):
    """Top-level packages in sys.modules after `code` ran in a fresh interpreter."""
    run = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys, json\nprint(json.dumps(sorted(sys.modules)))"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    return {name.split(".")[0] for name in json.loads(run.stdout.splitlines()[-1])}


def test_core_alone_needs_neither_streamlit_nor_tensorflow():
    names = [name for name in MODULES if name not in TRAINING and not name.startswith("core.ui")]
    assert {"core.__main__", "core.models.autoencoder", "core.detection.detector"} <= set(names)
    loaded = loaded_after("\n".join(f"import {name}" for name in names))
    assert loaded.isdisjoint(HEAVY | {"streamlit"})
    assert "core" in loaded


def test_no_page_loads_tensorflow():
    """One process that ran every page, as a server does after a visit to each."""
    loaded = loaded_after(
        "from streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_file('app.py', default_timeout=60).run()\n"
        f"for page in {[f'pages/{page.name}' for page in PAGES]}:\n"
        "    app.switch_page(page).run()\n"
        "    assert not app.exception, (page, app.exception)\n"
    )
    assert loaded.isdisjoint(HEAVY)
    assert {"streamlit", "streamlit_drawable_canvas", "ai_edge_litert"} <= loaded


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_page_names_what_trains(page):
    assert HEAVY.isdisjoint(imported(page))
    assert not any(name in page.read_text(encoding="utf-8") for name in TRAINING)


def test_judging_a_drawing_loads_neither():
    loaded = loaded_after(
        "import numpy as np\n"
        "from core.detection.detector import Detector\n"
        "from core.detection.evaluation import evaluate_on_test\n"
        "from core.models.bundle import load_bundle\n"
        "bundle = load_bundle('article-only-1')\n"
        "detector = Detector.of(bundle)\n"
        "detector.predict(np.zeros((1, 784), np.float32))\n"
        "evaluate_on_test(detector, bundle.experiment)\n"
        "Detector.of(load_bundle('kagami-all')).predict(np.zeros((1, 784), np.float32))\n"
    )
    assert loaded.isdisjoint(HEAVY | {"streamlit"})


@pytest.mark.parametrize("name", MODULES)
def test_only_networks_and_training_name_tensorflow(name):
    found = set(imported(MODULES[name]))
    allowed = name in {"core.models.networks", "core.models.training"}
    assert allowed or found.isdisjoint({"tensorflow", "keras"})
    assert name.startswith("core.ui") or "streamlit" not in found


# Data flows one way: a module imports only from its left.
LAYERS = ["core.errors", "core.files", "core.images", "core.models", "core.detection", "core.build", "core.runs"]
LAYERS += ["core.benchmarks", "core.views", "core.story", "core.ui"]


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith(tuple(LAYERS))])
def test_a_module_imports_only_from_its_left(name):
    def layer(module):
        return next((i for i, prefix in enumerate(LAYERS) if module.startswith(prefix)), None)

    own = layer(name)
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("core."):
            assert layer(node.module) is not None, node.module
            assert layer(node.module) <= own, f"{name} imports {node.module}"


# Rooms of `core.ui` that belong to one page each; the others are shared. The story may use any.
PAGE_ROOMS = ("draw", "reconstruct", "denoise", "detect", "latent", "train")


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("core.ui.")])
def test_a_pages_room_imports_no_other_pages(name):
    own = name.split(".")[2]
    if own == "story":
        return
    assert {"shared": "shared", "canvas": "canvas"}.get(own, own) in (*PAGE_ROOMS, "shared", "canvas")
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("core.ui."):
            room = node.module.split(".")[2]
            allowed = {own, "shared"} if own in ("shared", "canvas") else {own, "canvas", "shared"}
            assert room in allowed, f"{name} imports {node.module}"
