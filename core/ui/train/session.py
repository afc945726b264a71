"""What /train remembers of a visitor besides what its widgets show. Read and replaced here alone."""

from dataclasses import dataclass

from core.errors import KagamiError
from core.ui.shared.session import session

# What became of something that was done to a model: a sentence in the reader's language, or what went wrong.
Notice = str | KagamiError


@dataclass(kw_only=True)
class TrainSession:
    """What is remembered between two runs of the page.

    notice: to be shown at the next run, and only then.
    uploads: how many files were brought so far. Each has a widget of its own, so that the next one starts empty.
    """

    notice: Notice | None = None
    uploads: int = 0


def uploads() -> int:
    """How many files were brought so far."""
    return session(TrainSession).uploads


def count_upload() -> None:
    """One file more was brought."""
    session(TrainSession).uploads += 1


def set_notice(notice: Notice) -> None:
    """Have something shown at the next run of the page."""
    session(TrainSession).notice = notice


def take_notice() -> Notice | None:
    """What is to be shown now; None from then on."""
    current = session(TrainSession)
    notice, current.notice = current.notice, None
    return notice
