"""Errors that are the reader's business: each has a stable code that a page turns into a sentence."""


class KagamiError(ValueError):
    """Bad input or a damaged file, told in one English sentence.

    `code` names the kind of error and never changes with the wording; `details` holds the values that the
    sentence mentions. A page looks the code up in its own language (`core.ui.shared.sentences`); the CLI prints the
    sentence as it is.
    """

    def __init__(self, code: str, sentence: str, **details: object) -> None:
        super().__init__(sentence)
        self.code = code
        self.details = details
