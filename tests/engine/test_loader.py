"""A workflow file that cannot be read says so, with the line, and never with an exception."""

# ruff: noqa: E501 (each case of a table stands on one line)

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nt_process.engine import loader
from nt_process.engine.definition import DEFAULT_LADDER, PREVIOUS, Condition, Text
from nt_process.engine.findings import WorkflowFault
from nt_process.kernel.messages import translator
from nt_process.workflow_texts import fault_text
from tests.engine.small_file import SMALL_FILE


def faults_of(content: str | bytes) -> list[WorkflowFault]:
    data = content.encode() if isinstance(content, str) else content
    return list(loader.read("small.yaml", data).faults)


def line_of(text: str, snippet: str) -> int:
    """The line on which `snippet`, which must stand once in the text, begins."""
    assert text.count(snippet) == 1, snippet
    return text[: text.index(snippet)].count("\n") + 1


def broken(old: str, new: str) -> str:
    assert SMALL_FILE.count(old) == 1, old
    return SMALL_FILE.replace(old, new)


def test_a_good_file_becomes_the_workflow_that_it_describes() -> None:
    read = loader.read("small.yaml", SMALL_FILE.encode()).workflow
    assert read is not None
    assert (read.process, read.version, read.regime) == ("small", 1, "federation")
    assert read.initial.name == "draft"
    assert list(read.states) == ["draft", "assessment", "asked", "talking", "done"]
    assert read.states["asked"].labels["company"] == Text("Svara", "Answer")
    assert read.actions["answer"].target == PREVIOUS
    assert read.actions["order"].requires == (Condition("owner"), Condition("document", "application"))
    assert read.actions["drop"].sources == ("draft", "assessment", "asked")
    assert read.actions["defer"].target is None
    assert read.actions["decide"].sets == {"outcome": "$position"}
    assert read.actions["decide"].source == Text("Lagen", "The Act")
    assert read.clocks["talks"].on_expiry.action == "talks_expire"


def test_a_statutory_limit_moves_to_a_working_day_without_being_told_to() -> None:
    read = loader.read("small.yaml", SMALL_FILE.encode()).workflow
    assert read is not None
    assert read.clocks["review"].rolls
    assert not read.clocks["reply"].rolls


def test_a_limit_without_reminders_of_its_own_has_the_usual_ladder_as_far_as_it_fits() -> None:
    read = loader.read("small.yaml", broken("    reminders: [-7, -1, 0, 1]\n", "").encode()).workflow
    assert read is not None
    assert read.clocks["review"].ladder == DEFAULT_LADDER
    assert read.clocks["reply"].ladder == (-7, -1, 0, 1)


UNREADABLE = [
    ("not UTF-8", SMALL_FILE.encode().replace("Börja".encode(), b"B\xf6rja"), "not_utf8", "Börja"),
    ("UTF-16", SMALL_FILE.encode("utf-16"), "not_utf8", "process: small"),
    ("NUL", broken("Börja.", "Bör\x00ja.").encode(), "control_character", "Börja"),
    ("escaped NUL", broken("Börja.", "Bör\\0ja.").encode(), "control_character", "Börja"),
    ("tab", broken("    days: 90", "\tdays: 90").encode(), "tab", "    days: 90"),
    ("anchor", broken("days: 90", "days: &limit 90").encode(), "anchor", "    days: 90"),
    ("alias", broken("days: 90", "days: *limit").encode(), "anchor", "    days: 90"),
    ("tag", broken("days: 90", "days: !!int 90").encode(), "tag", "    days: 90"),
    ("object tag", broken("days: 90", "days: !!python/name:os.system x").encode(), "tag", "    days: 90"),
    ("second document", broken("actions:\n", "---\nactions:\n").encode(), "several_documents", "actions:\n"),
    ("deep", broken("days: 90", "days: " + "[" * 5000).encode(), "too_deep", "    days: 90"),
]


@pytest.mark.parametrize(
    ("content", "code", "place"), [case[1:] for case in UNREADABLE], ids=[c[0] for c in UNREADABLE]
)
def test_what_is_no_yaml_of_ours_is_refused_with_its_line(content: bytes, code: str, place: str) -> None:
    (fault,) = faults_of(content)
    assert (fault.code, fault.line) == (code, line_of(SMALL_FILE, place))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "empty"),
        ("   \n\n", "empty"),
        ("# only this\n", "empty"),
        ("---\n", "not_a_mapping"),
        ("- a\n", "not_a_mapping"),
    ],
)
def test_a_file_without_keys_is_one_fault(content: str, code: str) -> None:
    assert [fault.code for fault in faults_of(content)] == [code]


def test_nested_aliases_cannot_unfold() -> None:
    bomb = "a: &a [x, x, x]\n" + "".join(f"{n}: &{n} [*a, *a, *a]\n" for n in "bcdefghij")
    assert [fault.code for fault in faults_of(bomb)] == ["anchor"]


def test_a_huge_file_is_refused_unread() -> None:
    assert [fault.code for fault in faults_of(b"# " + b"x" * 600_000)] == ["too_large"]


SYNTAX = [
    ("label: Väntar: länge", 'label: {sv: "Liten", en: "Small"}'),
    ('label: {sv: "Liten", en: "Small"', 'label: {sv: "Liten", en: "Small"}'),
    ('label: {sv: "Liten, en: "Small"}', 'label: {sv: "Liten", en: "Small"}'),
    (" label: x", 'label: {sv: "Liten", en: "Small"}'),
    ("label: @x", 'label: {sv: "Liten", en: "Small"}'),
]


@pytest.mark.parametrize(("written", "instead_of"), SYNTAX, ids=[case[0] for case in SYNTAX])
def test_a_slip_of_syntax_is_placed_on_its_line_or_the_next(written: str, instead_of: str) -> None:
    (fault,) = faults_of(broken(instead_of, written))
    assert fault.code == "syntax"
    assert fault.line in {2, 3, 4}


SHAPE = [
    # (what, old, new, code, snippet of the broken text that stands on the line of the fault)
    ("duplicate key", "    days: 90\n", "    days: 90\n    days: 91\n", "duplicate_key", "    days: 91"),
    ("duplicate state", "  done:\n    term", "  draft:\n    term", "duplicate_key", "  draft:\n    term"),
    ("unknown key", "    target: 60", "    targets: 60", "unknown_key", "    targets: 60"),
    ("unknown key at the top", "regime: federation", "regime: federation\nauthor: me", "unknown_key", "author: me"),
    ("missing key", '    label: {sv: "Lämna", en: "Deliver"}\n', "", "missing_key", "  deliver:"),
    ("no process", "process: small\n", "", "missing_key", "version: 1"),
    ("list for text", "  done:\n    terminal: true\n    phase: closed", "  done:\n    terminal: true\n    phase: [closed]", "not_a_text", "phase: [closed]"),
    ("text for list", "from: [draft]", "from: draft", "unknown_name", "from: draft"),
    ("text for mapping", "    choices:\n      can: {sv: \"Kan\", en: \"Can\"}", "    choices: can", "not_a_mapping", "    choices: can"),
    ("word for number", "    days: 60", "    days: sixty", "not_a_number", "days: sixty"),
    ("quoted number", "    days: 60", '    days: "60"', "not_a_number", 'days: "60"'),
    ("fraction", "    days: 60", "    days: 60.5", "not_a_number", "days: 60.5"),
    ("zero", "    days: 60", "    days: 0", "limit_not_positive", "    days: 0"),
    ("yes for true", "    rolls: true", "    rolls: yes", "not_true_or_false", "rolls: yes"),
    ("number as version", "version: 1", "version: one", "not_a_number", "version: one"),
    ("two limits", "    days: 60", "    days: 60\n    months: 2", "one_limit", "  talks:\n"),
    ("no limit", "    days: 60\n", "", "one_limit", "  talks:\n"),
    ("one language", '{sv: "Lämna", en: "Deliver"}', '{sv: "Lämna"}', "missing_key", '{sv: "Lämna"}'),
    ("empty label", '{sv: "Lämna", en: "Deliver"}', '{sv: "Lämna", en: ""}', "empty_text", '{sv: "Lämna", en: ""}'),
    ("missing audience", '      company: {sv: "Svara", en: "Answer"}\n', "", "missing_label", "    labels:\n      secretariat: {sv: \"Frågat\""),
    ("no labels", '    labels:\n      secretariat: {sv: "Samtal", en: "Talks"}\n      region: {sv: "Samtal", en: "Talks"}\n      company: {sv: "Samtal", en: "Talks"}\n      public: {sv: "Samtal", en: "Talks"}\n', "", "missing_key", "  talking:\n"),
    ("no guidance", '    guidance: {sv: "Tala.", en: "Talk."}\n', "", "missing_key", "  talking:\n"),
    ("nobody may", "    by: [company_contact]\n", "", "no_role", "  answer:\n"),
    ("empty by", "    by: [company_contact]\n", "    by: []\n", "no_role", "by: []"),
    ("unknown role", "by: [company_contact]\n    inputs", "by: [company_contacts]\n    inputs", "unknown_name", "by: [company_contacts]"),
    ("unknown recipient", "notify: [owner, company]", "notify: [owner, press]", "unknown_name", "notify: [owner, press]"),
    ("unknown phase", "phase: negotiation", "phase: haggling", "unknown_name", "phase: haggling"),
    ("unknown party", "waits_for: both", "waits_for: everyone", "unknown_name", "waits_for: everyone"),
    ("unknown basis", "basis: policy", "basis: habit", "unknown_name", "basis: habit"),
    ("unknown regime", "regime: federation", "regime: kingdom", "unknown_name", "regime: kingdom"),
    ("unknown condition", "requires: [owner, {", "requires: [owners, {", "unknown_name", "requires: [owners, {"),
    ("unknown document", "{document: application}", "{document: letter}", "unknown_name", "{document: letter}"),
    ("condition lacks argument", "{document: application}", "document", "condition_argument", "requires: [owner, document]"),
    ("condition with argument", "requires: [owner, {", "requires: [{owner: me}, {", "condition_argument", "{owner: me}"),
    ("two conditions in one", "{document: application}", "{document: application, field: atc}", "not_a_pair", "{document: application, field"),
    ("unknown clock operation", "{extend: review}", "{stretch: review}", "unknown_name", "{stretch: review}"),
    ("unknown input", "inputs: [position]", "inputs: [position, mood]", "unknown_name", "inputs: [position, mood]"),
    ("unused input", "    inputs: [answer]\n", "", "unused", "  answer: {type: text"),
    ("unknown source", "on_expiry: record\n    source: [law]", "on_expiry: record\n    source: [rumour]", "unknown_name", "source: [rumour]"),
    ("no source", "    on_expiry: record\n    source: [law]\n", "    on_expiry: record\n", "missing_key", "  reply:\n"),
    ("unknown field", "sets: {outcome: $position}", "sets: {mood: $position}", "unknown_key", "sets: {mood"),
    ("choice without choices", "    choices:\n      can: {sv: \"Kan\", en: \"Can\"}\n", "", "choices_and_type", "  position:\n"),
    ("choices without choice", "{type: date, required: true,", "{type: date, choices: {a: {sv: a, en: a}}, required: true,", "choices_and_type", "  new_due:"),
    ("repeated state", "from: [draft]", "from: [draft, draft]", "repeated", "from: [draft, draft]"),
    ("capital letters", "  deliver:\n", "  Deliver:\n", "bad_name", "  Deliver:\n"),
    ("except without active", "from: [draft]", "from: [draft]\n    except: [done]", "except_without_active", "    except: [done]\n"),
    ("does not say whether it moves", "    rolls: true\n", "", "missing_key", "  talks:\n"),
    ("statute that does not move", "basis: statute", "basis: statute\n    rolls: false", "statute_must_roll", "    rolls: false\n    days: 90"),
    ("no rule for expiry", "    on_expiry: {action: talks_expire}\n", "", "no_expiry_rule", "  talks:\n"),
    ("unknown rule for expiry", "    on_expiry: record\n    source: [law]", "    on_expiry: shrug\n    source: [law]", "unknown_name", "on_expiry: shrug"),
    ("ladder goes down", "[-7, -1, 0, 1]", "[-1, -7, 0, 1]", "ladder_not_ascending", "reminders: [-1, -7"),
    ("rung before the start", "[-7, -1, 0, 1]", "[-30, -1, 0, 1]", "rung_longer_than_limit", "reminders: [-30"),
    ("nobody is told", "    notify: [owner, company]\n", "", "missing_key", "  talks:\n"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "place"), [c[1:] for c in SHAPE], ids=[c[0] for c in SHAPE])
def test_each_fault_of_shape_is_found_on_its_line(old: str, new: str, code: str, place: str) -> None:
    text = broken(old, new)
    assert (code, line_of(text, place)) in [(fault.code, fault.line) for fault in faults_of(text)]


def test_all_faults_come_at_once_and_in_the_order_of_the_file() -> None:
    text = SMALL_FILE
    for old, new in (
        ("days: 60", "days: sixty"),
        ("basis: policy", "basis: habit"),
        ("by: [system]", "by: []"),
    ):
        text = text.replace(old, new)
    found = [(fault.code, fault.line) for fault in faults_of(text)]
    wanted = [
        ("unknown_name", line_of(text, "basis: habit")),
        ("not_a_number", line_of(text, "days: sixty")),
        ("no_role", line_of(text, "by: []")),
    ]
    assert [fault for fault in found if fault in wanted] == wanted


def test_a_misspelt_name_is_answered_with_the_one_that_was_meant() -> None:
    faults = faults_of(broken("to: talking", "to: talkin"))
    texts = [fault_text(fault, translator("en")) for fault in faults]
    assert texts == ["The state “talkin” does not exist. Did you mean “talking”?"]


@pytest.mark.parametrize("number", range(1, SMALL_FILE.count("\n") + 1))
def test_no_line_can_go_missing_unnoticed_except_the_optional_ones(number: int) -> None:
    lines = SMALL_FILE.splitlines(keepends=True)
    gone = lines.pop(number - 1)
    key = gone.strip().partition(":")[0]
    if key in {"target", "escalate", "reminders", "requires", "except", "required", "sets"}:
        return
    if key == "notify" and gone.strip() == "notify: [company]" and lines[number - 1].strip() == "source: law":
        return
    assert faults_of("".join(lines)), gone


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_whatever_stands_in_the_file_the_answer_is_faults_with_texts_and_lines(data: st.DataObject) -> None:
    content = SMALL_FILE.encode()
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 200)))
    junk = data.draw(
        st.one_of(
            st.binary(max_size=30),
            st.text(max_size=30).map(lambda text: text.encode("utf-8", "surrogatepass")),
            st.sampled_from(
                [b"[", b"{", b"- ", b": ", b"? ", b"|\n", b">", b"'", b'"', b"#", b"null", b"~", b"\n\n"]
            ),
        )
    )
    mangled = content[:start] + junk + content[end:]
    lines = (
        mangled.count(b"\n")
        + mangled.count(b"\r")
        + mangled.count(b"\xc2\x85")
        + mangled.count(b"\xe2\x80")
        + 2
    )
    for fault in faults_of(mangled):
        assert 1 <= fault.line <= lines
        for language in ("sv", "en"):
            assert "%(" not in fault_text(fault, translator(language))


@pytest.mark.parametrize(
    "junk", [b"\xff\xfe", b"\x00" * 10, b"[" * 100_000, b"{" * 100_000, b"- " * 50_000, b"? " * 50_000]
)
def test_hostile_bytes_are_faults(junk: bytes) -> None:
    assert faults_of(junk)


def test_a_file_that_is_not_there_is_a_fault_like_any_other(tmp_path: Path) -> None:
    assert [fault.code for fault in loader.load(tmp_path / "gone.yaml").faults] == ["no_such_file"]
    assert [fault.code for fault in loader.load(tmp_path).faults] == ["unreadable"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "secret.yaml"
    path.write_text(SMALL_FILE)
    path.chmod(0)
    assert [fault.code for fault in loader.load(path).faults] == ["unreadable"]
