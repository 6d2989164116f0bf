"""The forms of a page, found in its HTML: where each is sent, what it holds and where one can type."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_TYPED = {"text", "search", "email", "password"}
_TICKED = {"checkbox", "radio"}


@dataclass
class Form:
    """One form as a browser would send it untouched: `typed` takes any text, `hidden` is sent along as it was."""

    action: str
    method: str
    multipart: bool
    values: dict[str, str] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def forms_of(html: str, page: str) -> list[Form]:
    """Every form of the page at the path `page`, in its order."""
    reader = _Reader(page)
    reader.feed(html)
    return reader.forms


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select: str | None = None
        self._textarea: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(
                given.get("action") or self.page,
                given.get("method", "get").upper(),
                given.get("enctype") == "multipart/form-data",
            )
            self.forms.append(self._form)
        elif self._form is not None:
            self._control(tag, given, self._form)

    def _control(self, tag: str, given: dict[str, str], form: Form) -> None:
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "option" and self._select is not None:
            # A select is sent as chosen; a program can send anything in its place.
            if "selected" in given or self._select not in form.values:
                form.values[self._select] = given.get("value", "")
        elif not name:
            return
        elif tag == "select":
            self._select = name
            form.typed.append(name)
        elif tag == "textarea":
            self._textarea = name
            form.values[name] = ""
            form.typed.append(name)
        elif tag == "input" and kind == "file":
            form.files.append(name)
        elif tag == "input" and (kind not in _TICKED or "checked" in given):
            form.values[name] = given.get("value", "")
            form.typed += [name] if kind in _TYPED else []
            form.hidden += [name] if kind == "hidden" else []
        elif tag == "button" and name:
            form.typed.append(name)

    def handle_data(self, data: str) -> None:
        if self._textarea is not None and self._form is not None:
            self._form.values[self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._textarea = None
