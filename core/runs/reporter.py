"""What the process of a run does: it reports what happens, waits for its turn, and does what the reader wants."""

import errno
import json
import os
import threading
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from core.errors import KagamiError
from core.files import write_text
from core.images.data import UInt8
from core.models.bundle import disk_is_full
from core.models.epochs import Epoch
from core.models.home import user_runs
from core.models.snapshots import Snapshot, Snapshots, Specimens
from core.runs.plan import PACES, PLAN, Plan, read_control
from core.runs.run import DRAWING, EVENTS, most_runs, note_process, read_run, run_folders

RESERVE = "reserve"
# Kept free on the disk, so that a run can say that the disk is full.
RESERVED = 16 * 1024
# How often a run looks at what is wanted of it, in seconds.
POLL = 0.2


class Cancelled(KagamiError):
    """The reader wants no more of it."""


@dataclass(kw_only=True)
class Printer:
    """Reports what happens as JSON lines on stdout. Use as a context manager.

    Its methods `on_look`, `on_epoch` and `on_batch` are what `core.build.build_bundle` takes.
    """

    plan: Plan

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, Cancelled):
            self.report("cancelled")
        elif error is not None:
            reason = _reason(error, self.place)
            self.report("failed", code=reason.code, sentence=str(reason), details=reason.details)

    @property
    def place(self) -> Path:
        """A folder on the disk that may be full."""
        return Path.cwd()

    @property
    def drawing(self) -> UInt8 | None:
        """The reader's drawing, (28, 28) uint8, if there is one."""
        return None

    def report(self, event: str, **values: Any) -> None:
        """One line more."""
        print(_line(event, values), flush=True)

    def await_turn(self) -> None:
        """Return when this run may start."""
        self.report("started")

    def on_look(self, specimens: Specimens, snapshot: Snapshot) -> None:
        """Report the first look: learning begins."""
        if snapshot.epoch == 0:
            self.report("training")

    def on_epoch(self, epoch: Epoch) -> bool:
        """Report the epoch; True where it was to be the last."""
        self.report("epoch", number=epoch.number, of=epoch.of, loss=epoch.loss, val_loss=epoch.val_loss)
        if epoch.number == epoch.of:
            self.report("saving")
        return epoch.number == epoch.of

    def on_batch(self) -> None:
        """Raise what ends this run."""

    def finished(self, bundle: str) -> None:
        """Report that the bundle is in its place."""
        self.report("finished", bundle=bundle)


def _line(event: str, values: Mapping[str, Any]) -> str:
    return json.dumps({"event": event, "at": time.time(), **values}, ensure_ascii=False)


@dataclass(kw_only=True)
class Reporter(Printer):
    """Reports it in a run's folder, and does what is wanted there."""

    path: Path
    _steps: int = 0
    _over: KagamiError | None = None
    _done: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self.path.mkdir(parents=True, exist_ok=True)
        if not (self.path / PLAN).exists():
            write_text(self.path / PLAN, self.plan.to_json())
        (self.path / RESERVE).write_bytes(bytes(RESERVED))
        note_process(self.path, os.getpid())
        self.report("waiting")
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        if not self.path.is_dir():
            return
        (self.path / RESERVE).unlink(missing_ok=True)
        if error is not None and not isinstance(error, KagamiError):
            traceback.print_exception(error)  # into the run's log
        super().__exit__(kind, error, trace)

    @property
    def place(self) -> Path:
        """The run's folder."""
        return self.path

    @property
    def drawing(self) -> UInt8 | None:
        """The reader's drawing, (28, 28) uint8, if there is one."""
        if not (self.path / DRAWING).exists():
            return None
        with np.load(self.path / DRAWING, allow_pickle=False) as archive:
            return np.asarray(archive["drawing"], np.uint8).reshape(28, 28)

    def report(self, event: str, **values: Any) -> None:
        """One line more in the list of events."""
        with (self.path / EVENTS).open("ab+") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 1))
            cut_off = file.read() not in (b"", b"\n")  # by a full disk
            file.write(b"\n" * cut_off + f"{_line(event, values)}\n".encode())

    def await_turn(self) -> None:
        """Return when no more than KAGAMI_MAX_RUNS − 1 runs come before this one."""
        while self._ahead():
            self.on_batch()
            time.sleep(POLL)
        super().await_turn()

    def on_look(self, specimens: Specimens, snapshot: Snapshot) -> None:
        """Save what the network returns now."""
        beside = self.path / f"{snapshot.epoch:04}.part"
        with beside.open("wb") as file:
            np.savez_compressed(file, **Snapshots.of(specimens, [snapshot]).to_arrays())  # type: ignore[arg-type]
        beside.replace(self.path / f"{snapshot.epoch:04}.npz")
        super().on_look(specimens, snapshot)
        if snapshot.epoch == 0:
            self._keep_pace()

    def on_epoch(self, epoch: Epoch) -> bool:
        """Report the epoch, then wait as long as is wanted; True where it was to be the last."""
        if super().on_epoch(epoch):
            return True
        self._keep_pace()
        if read_control(self.path).end != "keep":
            return False
        self.report("saving")
        return True

    def on_batch(self) -> None:
        """Raise what ends this run: it was cancelled, or its folder is gone."""
        if self._over is not None:
            raise self._over

    def _keep_pace(self) -> None:
        began, paused = time.monotonic(), False
        while True:
            self.on_batch()
            wanted = read_control(self.path)
            pause = PACES[wanted.pace]
            if wanted.end or (pause is not None and time.monotonic() - began >= pause):
                break
            if pause is None and wanted.steps > self._steps:
                self._steps += 1
                break
            if pause is None and not paused:
                self.report("paused")
                paused = True
            time.sleep(POLL / 2)
        if paused or time.monotonic() - began >= POLL / 2:
            self.report("training")  # what was waited does not count as the next epoch's time

    def _ahead(self) -> bool:
        if self.path.absolute().parent != user_runs():
            return False  # a folder of one's own is no place to queue
        before = [run for path in run_folders(user_runs()) if path.name < self.path.name and (run := read_run(path))]
        return sum(run.active for run in before) >= most_runs()

    def _watch(self) -> None:
        """In a thread of its own: whether this run is still wanted."""
        while not self._done.wait(POLL):
            if not self.path.is_dir():
                self._over = KagamiError("run_vanished", f"The run's folder {self.path} is gone.", path=str(self.path))
                return
            if read_control(self.path).end == "cancel":
                self._over = Cancelled("cancelled", "The run was cancelled.")
                return


def _reason(error: BaseException, path: Path) -> KagamiError:
    """What went wrong, as a page can show it."""
    if isinstance(error, KagamiError):
        return error
    if isinstance(error, OSError) and (error.errno == errno.ENOSPC or disk_is_full(path)):
        return KagamiError("disk_full", f"The disk that holds {path} is full.", path=str(path))
    if isinstance(error, MemoryError):
        return KagamiError("out_of_memory", "There was not enough memory for this network.")
    what = traceback.format_exception_only(error)[-1].strip()
    return KagamiError("crashed", f"Training ended with an error: {what}", what=what)
