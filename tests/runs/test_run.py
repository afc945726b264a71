"""Runs, told by their folders. Two tests train in processes of their own, as a page does; the others need none."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from core.errors import KagamiError
from core.models.bundle import list_bundles, load_bundle, write_bundle
from core.models.experiments import RECIPES, Experiment, refuse_impossible
from core.models.home import user_models, user_runs
from core.models.snapshots import Snapshot, Specimens
from core.runs import run as runs
from core.runs.plan import Plan
from core.runs.reporter import Cancelled, Printer, Reporter

ROOT = Path(__file__).parent.parent.parent
TINY = Experiment(
    recipe=replace(RECIPES["article"], name="own", encoder=(8,), epochs=2, most_images=200), normals=(1, 7)
)
PLAN = Plan(experiment=TINY, bundle="my-tiny", title="Tiny")


@dataclass(frozen=True, kw_only=True)
class Epoch:
    number: int
    of: int = 3
    loss: float = 0.5
    val_loss: float = 0.75


@pytest.fixture
def folder(home):
    """A run's folder, with its plan."""
    path = user_runs() / "20260131-120000-000000-aaaa"
    path.mkdir(parents=True)
    (path / "plan.json").write_text(PLAN.to_json())
    return path


@pytest.fixture
def reporter(folder):
    with Reporter(plan=PLAN, path=folder) as reporter:
        yield reporter


def found(folder):
    return runs.find_run(folder.name)


def snapshot(epoch):
    errors = np.full(2, 0.5, np.float16)
    return Snapshot(
        epoch=epoch, reconstructions=np.full((1, 28, 28), epoch, np.uint8), normal_errors=errors, unseen_errors=errors
    )


SPECIMENS = Specimens(
    labels=("1",),
    images=np.zeros((1, 28, 28), np.uint8),
    normals=np.zeros((2, 784), np.float32),
    unseen=np.zeros((2, 784), np.float32),
)


def test_plans_survive_their_json():
    assert Plan.from_json(PLAN.to_json()) == PLAN


def test_a_run_is_what_its_folder_tells(folder, reporter):
    assert found(folder).state == "waiting"
    reporter.await_turn()
    assert found(folder).state == "starting"
    reporter.on_look(SPECIMENS, snapshot(0))
    assert (found(folder).state, found(folder).seconds_left) == ("training", None)
    for number in (1, 2):
        reporter.on_look(SPECIMENS, snapshot(number))
        assert reporter.on_epoch(Epoch(number=number)) is False
    run = found(folder)
    assert (run.state, run.losses, run.val_losses, run.of) == ("training", (0.5, 0.5), (0.75, 0.75), 3)
    assert run.seconds_left < 1
    shown = runs.snapshots_of(run)
    assert shown.epochs == (0, 1, 2)
    np.testing.assert_array_equal(shown.reconstructions[:, 0, 0, 0], [0, 1, 2])
    assert reporter.on_epoch(Epoch(number=3)) is True
    assert found(folder).state == "saving"
    reporter.finished("my-tiny")
    assert (found(folder).state, found(folder).active) == ("finished", False)


def test_a_reader_finds_the_same_run_whoever_started_it(folder, reporter):
    assert [run.id for run in runs.list_runs()] == [folder.name]
    assert runs.find_run("20000101-000000-000000-0000") is None


@pytest.mark.parametrize(
    ("error", "state", "code"),
    [
        (KagamiError("diverged", "The loss is nan.", epoch=2), "failed", "diverged"),
        (OSError(28, "No space left on device"), "failed", "disk_full"),
        (MemoryError(), "failed", "out_of_memory"),
        (ZeroDivisionError("by zero"), "failed", "crashed"),
        (Cancelled("cancelled", "It was cancelled."), "cancelled", None),
    ],
)
def test_how_it_ended_is_told_with_the_reason(error, state, code, folder, capsys):
    with pytest.raises(type(error)), Reporter(plan=PLAN, path=folder):
        raise error
    run = found(folder)
    assert run.state == state
    assert (run.reason and run.reason.code) == code


def test_a_process_that_is_gone_without_a_word_lost_its_run(folder, reporter):
    reporter.tell("training")
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for pid, created in ((ended.pid, time.time()), (os.getpid(), psutil.Process().create_time() - 100)):
        (folder / "process.json").write_text(json.dumps({"pid": pid, "created": created}))
        assert found(folder).state == "lost"
    (folder / "log.txt").write_text("first\nKilled by someone\n")
    assert "Killed by someone" in str(found(folder).reason)


def test_a_finished_run_is_not_lost_when_its_process_ends(folder, reporter):
    reporter.finished("my-tiny")
    (folder / "process.json").write_text(json.dumps({"pid": 2**22 + 1, "created": 0}))
    assert found(folder).state == "finished"


def test_a_line_that_was_cut_off_is_left_out_and_the_next_one_is_not(folder, reporter):
    reporter.on_epoch(Epoch(number=1))
    with (folder / "events.jsonl").open("a") as file:
        file.write('{"event": "epo')
    reporter.on_epoch(Epoch(number=2))
    assert len(found(folder).losses) == 2


def test_a_folder_that_is_no_run_is_left_out(home):
    (user_runs() / "something").mkdir(parents=True)
    (user_runs() / "a file").touch()
    assert runs.list_runs() == []


def in_thread(work):
    """Start `work`; what it returned or raised is `thread.result`."""

    def run():
        try:
            thread.result = work()
        except KagamiError as error:
            thread.result = error

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def until(true, seconds=10):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def test_epoch_by_epoch_it_waits_until_it_may_go_on(folder, reporter):
    runs.control(found(folder), pace="step")
    thread = in_thread(lambda: reporter.on_epoch(Epoch(number=1)))
    until(lambda: found(folder).state == "paused")
    runs.control(found(folder), steps=1)
    thread.join(10)
    assert thread.result is False
    assert found(folder).state == "training"
    thread = in_thread(lambda: reporter.on_epoch(Epoch(number=2)))
    until(lambda: found(folder).state == "paused")
    runs.control(found(folder), pace="full")
    thread.join(10)
    assert thread.result is False


def test_a_paused_run_can_be_kept_or_cancelled(folder, reporter):
    runs.control(found(folder), pace="step")
    thread = in_thread(lambda: reporter.on_epoch(Epoch(number=1)))
    until(lambda: found(folder).state == "paused")
    runs.control(found(folder), end="keep")
    thread.join(10)
    assert thread.result is True
    assert found(folder).state == "saving"


def test_cancelling_ends_it_between_two_batches(folder, reporter):
    reporter.on_batch()
    runs.control(found(folder), end="cancel")
    with pytest.raises(Cancelled):
        until(reporter.on_batch)


def test_a_folder_that_vanished_ends_the_training(folder, capsys):
    with pytest.raises(KagamiError, match="is gone") as caught, Reporter(plan=PLAN, path=folder) as reporter:
        shutil.rmtree(folder)
        until(reporter.on_batch)
    assert caught.value.code == "run_vanished"
    assert not folder.exists()


def test_one_run_at_a_time_and_the_others_wait_in_order(folder, reporter, monkeypatch):
    reporter.await_turn()
    second, third = (user_runs() / f"20260131-120000-00000{n}-aaaa" for n in (1, 2))
    with Reporter(plan=PLAN, path=second) as other, Reporter(plan=PLAN, path=third):
        assert [run.ahead for run in runs.list_runs()] == [0, 1, 2]
        thread = in_thread(other.await_turn)
        thread.join(0.5)
        assert thread.is_alive()
        monkeypatch.setenv("KAGAMI_MAX_RUNS", "2")
        thread.join(10)
        assert not thread.is_alive()
        assert [(run.state, run.ahead) for run in runs.list_runs()] == [
            ("starting", 0),
            ("starting", 0),
            ("waiting", 1),
        ]


def test_runs_that_are_over_are_forgotten_in_time_and_bundles_are_not(folder, reporter, monkeypatch):
    reporter.finished("my-tiny")
    monkeypatch.setattr(runs, "REMEMBERED", 0)
    runs._forget_old(user_runs())
    assert not folder.exists()


def test_without_a_folder_the_lines_go_to_stdout(capsys):
    with pytest.raises(KagamiError), Printer(plan=PLAN) as printer:
        printer.await_turn()
        printer.on_epoch(Epoch(number=1))
        raise KagamiError("diverged", "The loss is nan.", epoch=2)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines] == ["started", "epoch", "failed"]
    assert (lines[1]["number"], lines[1]["val_loss"], lines[2]["code"]) == (1, 0.75, "diverged")


@pytest.fixture
def small_disk(tmp_path, monkeypatch):
    """A home on a disk of two megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    done = mount and subprocess.run([mount, "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], capture_output=True)
    if not done or done.returncode:
        pytest.skip("a small disk cannot be mounted here")
    monkeypatch.setenv("KAGAMI_HOME", str(disk / "home"))
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def fill_up(disk):
    with pytest.raises(OSError, match="No space left"), (disk / "filler").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def test_a_full_disk_is_told_and_leaves_nothing_half_written(small_disk, capsys):
    path = user_runs() / "20260131-120000-000000-aaaa"
    whole = user_models() / "my-whole"
    whole.mkdir(parents=True)
    (whole / "card.json").write_text("{}")

    def fill(folder):
        fill_up(small_disk)
        (folder / "model.keras").write_bytes(bytes(100_000))
        pytest.fail("the disk was full")

    with pytest.raises(KagamiError) as caught, Reporter(plan=PLAN, path=path) as reporter:
        reporter.await_turn()
        write_bundle(user_models() / "my-tiny", fill)
    assert caught.value.code == "disk_full"
    run = runs.find_run(path.name)
    assert (run.state, run.reason.code) == ("failed", "disk_full")
    assert [entry.name for entry in user_models().iterdir()] == ["my-whole"]


def test_events_that_no_longer_fit_end_the_run_and_that_is_told(small_disk, capsys):
    path = user_runs() / "20260131-120000-000000-aaaa"
    with pytest.raises(OSError, match="No space left"), Reporter(plan=PLAN, path=path) as reporter:
        reporter.await_turn()
        fill_up(small_disk)
        for number in range(1, 100):
            reporter.on_look(SPECIMENS, snapshot(number))
            reporter.on_epoch(Epoch(number=number, of=100))
    run = runs.find_run(path.name)
    assert (run.state, run.reason.code) == ("failed", "disk_full")


SERVER = """
import sys
from core.runs import run as runs
from core.runs.plan import Plan
from pathlib import Path
for name, pace in (("one", "full"), ("two", "step")):
    print(runs.start(Plan.from_json(Path(sys.argv[1], f"{name}.json").read_text()), pace=pace), flush=True)
sys.stdin.read()
"""


def test_a_killed_server_loses_no_run_and_a_killed_training_leaves_nothing(home, tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.json").write_text(replace(PLAN, bundle=f"my-{name}").to_json())
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, tmp_path],
        cwd=ROOT,
        env={**os.environ, "KAGAMI_HOME": str(home), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    first, second = (server.stdout.readline().strip() for _ in range(2))
    server.send_signal(signal.SIGKILL)
    server.wait()
    server.stdin.close()
    server.stdout.close()

    until(lambda: runs.find_run(second).state == "paused", seconds=400)
    assert runs.find_run(first).state == "finished"
    bundle = load_bundle("my-one")
    assert (bundle.card.title, bundle.card.epochs, bundle.snapshots.epochs) == ("Tiny", 2, (0, 1, 2))

    run = runs.find_run(second)
    assert runs.snapshots_of(run).epochs == (0,)
    os.kill(json.loads((run.path / "process.json").read_text())["pid"], signal.SIGKILL)
    until(lambda: runs.find_run(second).state == "lost")
    assert runs.find_run(second).reason.code == "run_lost"
    assert [name for name in list_bundles() if name.startswith("my-")] == ["my-one"]


def test_a_loss_that_is_no_number_ends_the_run_and_leaves_no_bundle(home):
    # A chain of linear layers at the highest rate that a recipe may have: its logits overflow in the first epoch.
    steep = replace(
        TINY.recipe,
        encoder=(256,) * 6,
        activation="linear",
        latent_activation="linear",
        learning_rate=1.0,
        batch_size=8,
        epochs=2,
        most_images=600,
    )
    refuse_impossible(steep)
    run_id = runs.start(replace(PLAN, experiment=replace(TINY, recipe=steep)))
    until(lambda: not runs.find_run(run_id).active, seconds=400)
    run = runs.find_run(run_id)
    assert (run.state, run.reason.code) == ("failed", "diverged")
    assert run.reason.details == {"epoch": 1}
    assert run.losses == ()
    assert list(user_models().glob("*")) == []
