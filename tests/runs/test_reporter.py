"""What the process of a run reports and does; here it is this one."""

import json
import shutil

import pytest

from core.errors import KagamiError
from core.models.bundle import write_bundle
from core.models.home import user_models, user_runs
from core.runs import run as runs
from core.runs.reporter import Cancelled, Printer, Reporter
from tests.runs.tools import PLAN, SPECIMENS, Epoch, fill_up, find_run, found, in_thread, snapshot, until


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


def test_without_a_folder_the_lines_go_to_stdout(capsys):
    with pytest.raises(KagamiError), Printer(plan=PLAN) as printer:
        printer.await_turn()
        printer.on_epoch(Epoch(number=1))
        raise KagamiError("diverged", "The loss is nan.", epoch=2)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines] == ["started", "epoch", "failed"]
    assert (lines[1]["number"], lines[1]["val_loss"], lines[2]["code"]) == (1, 0.75, "diverged")


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
    run = find_run(path.name)
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
    run = find_run(path.name)
    assert (run.state, run.reason.code) == ("failed", "disk_full")
