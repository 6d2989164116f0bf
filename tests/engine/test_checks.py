"""What a readable workflow file may still get wrong is found, on its line, with a way there."""

# ruff: noqa: E501 (each case of a table stands on one line)

from __future__ import annotations

import pytest

from nt_process.engine import loader
from nt_process.engine.findings import WorkflowFault
from nt_process.kernel.messages import translator
from nt_process.workflow_texts import fault_text
from tests.engine.small_file import SMALL_FILE

Edit = tuple[str, str]


def edited(*edits: Edit) -> str:
    text = SMALL_FILE
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def faults_of(text: str) -> list[WorkflowFault]:
    return list(loader.read("small.yaml", text.encode()).faults)


def line_of(text: str, snippet: str) -> int:
    assert text.count(snippet) == 1, snippet
    return text[: text.index(snippet)].count("\n") + 1


LABELS = """\
    labels:
      secretariat: {sv: "X", en: "X"}
      region: {sv: "X", en: "X"}
      company: {sv: "X", en: "X"}
      public: {sv: "X", en: "X"}
    guidance: {sv: "X.", en: "X."}
    source: law
"""
EXTRA = "  extra:\n    phase: assessment\n    waits_for: council\n    owner: secretariat\n" + LABELS


def action(name: str, origin: str, target: str, more: str = "", by: str = "secretariat") -> str:
    return (
        f'  {name}:\n    label: {{sv: "X", en: "X"}}\n    from: [{origin}]\n    to: {target}\n    by: [{by}]\n'
        f"{more}    source: law\n"
    )


def with_action(text: str) -> Edit:
    return "actions:\n", "actions:\n" + text


def with_state(text: str) -> Edit:
    return "  done:\n    terminal", text + "  done:\n    terminal"


CASES = [
    # (what, edits, code, snippet of the edited text that stands on the line of the fault)
    ("unknown target", [("to: talking", "to: walking")], "unknown_name", "to: walking"),
    ("unknown target, nothing like it", [("to: talking", "to: zzz")], "unknown_name", "to: zzz"),
    ("unknown origin", [("from: [draft]", "from: [drafts]")], "unknown_name", "from: [drafts]"),
    ("unknown clock in an effect", [("{stop: reply}", "{stop: replies}")], "unknown_name", "{stop: replies}"),
    ("unknown clock in a condition", [("{running: review}", "{running: revue}")], "unknown_name", "{running: revue}"),
    ("unknown action at expiry", [("{action: talks_expire}", "{action: talk_expires}")], "unknown_name", "{action: talk_expires}"),
    ("all clocks cannot be started", [("{start: reply}", "{start: all}")], "unknown_name", "{start: all}"),
    ("no initial state", [("    initial: true\n", "")], "no_initial", "states:\n"),
    ("two initial states", [("  assessment:\n    phase", "  assessment:\n    initial: true\n    phase")], "several_initial", "    initial: true\n    phase: assessment"),
    ("no terminal state", [("    terminal: true\n", ""), ("    waits_for: none", "    waits_for: council\n    owner: secretariat")], "no_terminal", "states:\n"),
    ("initial and terminal", [("    initial: true\n", "    initial: true\n    terminal: true\n")], "contradictory_state", "  draft:\n"),
    ("unreachable state", [with_state(EXTRA), with_action(action("leave", "extra", "done"))], "unreachable_state", "  extra:\n"),
    ("no way out", [with_state(EXTRA), with_action(action("enter", "draft", "extra")), ("except: [talking]", "except: [talking, extra]")], "no_way_out", "  extra:\n"),
    ("only a way to itself", [with_state(EXTRA), with_action(action("enter", "draft", "extra") + action("again", "extra", "extra")), ("except: [talking]", "except: [talking, extra]")], "no_way_out", "  extra:\n"),
    ("cannot end", [with_state(EXTRA + EXTRA.replace("extra", "other")), with_action(action("enter", "draft", "extra") + action("to_other", "extra", "other") + action("to_extra", "other", "extra")), ("except: [talking]", "except: [talking, extra, other]")], "cannot_end", "  extra:\n"),
    ("waits without owner", [("    owner: tlv_assessor\n", "")], "no_owner", "  assessment:\n"),
    ("waits without clock", [("    clocks: [{start: review}]\n", ""), ("    requires: [{running: review}]\n", "")], "wait_without_clock", "  assessment:\n"),
    ("waits with a clock that stands still", [("{suspend: running}, {start: reply}", "{suspend: running}"), ("{stop: reply}, ", "")], "wait_without_clock", "  asked:\n"),
    ("terminal state waits", [("    waits_for: none", "    waits_for: company")], "terminal_waits", "  done:\n"),
    ("terminal state is left", [with_action(action("reopen", "done", "draft"))], "terminal_left", "  done:\n"),
    ("active state waits for none", [("waits_for: council", "waits_for: none")], "active_waits_for_none", "  draft:\n"),
    ("interlude without return", [("to: $previous", "to: assessment")], "interlude_without_return", "  asked:\n"),
    ("return from no interlude", [with_action(action("back", "assessment", "$previous"))], "previous_without_interlude", "to: $previous\n    by: [secretariat]"),
    ("system action that no clock takes", [("{action: talks_expire}", "record")], "system_action_untaken", "  talks_expire:\n"),
    ("expiry not by the system", [("by: [system]", "by: [secretariat]")], "expiry_not_by_system", "on_expiry: {action: talks_expire}"),
    ("expiry asks for an input", [("    by: [system]\n", "    by: [system]\n    inputs: [answer]\n")], "expiry_needs_input", "on_expiry: {action: talks_expire}"),
    ("expiry could be refused", [("    by: [system]\n", "    by: [system]\n    requires: [owner]\n")], "expiry_may_be_refused", "on_expiry: {action: talks_expire}"),
    ("expiry where its action cannot be taken", [with_state(EXTRA), with_action(action("leave", "talking", "extra"))], "expiry_unavailable", "on_expiry: {action: talks_expire}"),
    ("clock never started", [("{stop: review}, {start: talks}", "{stop: review}")], "clock_never_started", "  talks:\n"),
    ("clock started twice", [("{stop: review}, {start: talks}", "{start: review}, {start: talks}")], "clock_started_twice", "{start: review}, {start: talks}"),
    ("suspended by name, never resumed", [("{suspend: running}", "{suspend: review}"), ("{stop: reply}, {resume: all}", "{stop: reply}")], "suspended_never_resumed", "  review:\n"),
    ("suspended for ever", [with_action(action("park", "talking", "$same", "    clocks: [{suspend: talks}]\n"))], "suspended_forever", "  talks:\n"),
    ("one party extends without bound", [("    at_most: 120\n", "")], "extended_without_bound", "  review:\n"),
    ("bound below the limit", [("at_most: 120", "at_most: 90")], "bound_not_above_limit", "  review:\n"),
    ("bound that nobody uses", [("[{extend: review}]", "[{resume: review}]")], "bound_without_extension", "  review:\n"),
    ("target beyond the limit", [("target: 60", "target: 90")], "target_not_within_limit", "target: 90"),
    ("extension without a new day", [("    requires: [{running: review}]\n    inputs: [new_due]\n", "    requires: [{running: review}]\n")], "needs_new_due", "clocks: [{extend: review}]"),
    ("agreement that one party makes alone", [("by: [company_contact, secretariat]\n    clocks: [{accept: talks}]", "by: [secretariat]\n    clocks: [{accept: talks}]")], "one_sided_agreement", "  talks:\n"),
    ("offer that nobody may decline", [("[{decline: talks}]", "[{resume: talks}]")], "one_sided_agreement", "  talks:\n"),
    ("field set from an input not asked for", [("sets: {outcome: $position}", "sets: {outcome: $answer}")], "unknown_name", "sets: {outcome: $answer}"),
    ("action that is never possible", [("requires: [{running: review}]", "requires: [{not_open: review}]")], "action_never_possible", "  defer:\n"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("edits", "code", "place"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_each_fault_of_meaning_is_found_on_its_line(edits: list[Edit], code: str, place: str) -> None:
    text = edited(*edits)
    assert (code, line_of(text, place)) in [(fault.code, fault.line) for fault in faults_of(text)]


def test_a_fault_shows_the_shortest_way_into_it() -> None:
    text = edited(with_state(EXTRA), with_action(action("leave", "talking", "extra")))
    faults = [fault for fault in faults_of(text) if fault.code == "expiry_unavailable"]
    assert [fault.params["path"] for fault in faults] == [("order", "deliver", "leave")]
    assert fault_text(faults[0], translator("en")) == (
        "The clock “talks” can expire in “extra”, where “talks_expire” cannot be taken. "
        "A case gets there by: order → deliver → leave."
    )


def test_one_misspelt_state_is_one_fault_and_hides_no_other() -> None:
    text = edited(("to: talking", "to: talkin"), ("    owner: tlv_assessor\n", ""))
    assert sorted(fault.code for fault in faults_of(text)) == ["no_owner", "unknown_name"]


def test_a_clock_that_an_interlude_paused_runs_again_after_a_pause_within_it() -> None:
    """A second interlude inside the first must not wake what the first put to sleep."""
    pause = EXTRA.replace("  extra:\n", "  paused:\n    interlude: true\n")
    rest = action("rest", "assessment, asked", "paused", "    clocks: [{suspend: running}, {start: talks}]\n")
    wake = action("wake", "paused", "$previous", "    clocks: [{stop: talks}, {resume: all}]\n")
    text = edited(with_state(pause), with_action(rest + wake), ("on_expiry: {action: talks_expire}", "on_expiry: record"),
                  ("  talks_expire:\n", "  talks_end:\n"), ("by: [system]", "by: [secretariat]"))  # fmt: skip
    assert faults_of(text) == []
    careless = text.replace("{stop: talks}, {resume: all}", "{stop: talks}")
    assert {fault.code for fault in faults_of(careless)} >= {"wait_without_clock"}
