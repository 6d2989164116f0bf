"""What keeps the system itself from running, in words for whoever runs it."""

from __future__ import annotations

from nt_process.kernel.messages import Translate


class OperationError(Exception):
    """The system cannot go on until somebody changes something outside it.

    `message` is the English text, marked with N_ where it stands; `values` fill its %(name)s. No value
    may be a secret. `str()` is English, for logs; `text()` speaks the reader's language.
    """

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.values = values

    def __str__(self) -> str:
        return self.message % self.values

    def text(self, translate: Translate) -> str:
        """The message in the language of `translate` (see `kernel.messages.translator`)."""
        return translate(self.message, **self.values) if self.values else translate(self.message)


class OutOfReach(OperationError):
    """Something that this one thing needs cannot be reached now; everything else goes on.

    On a page it is an answer 503 with this message, and whatever the request was about was not done.
    """
