"""The sentences of faults in workflow files: what is wrong and what to do about it."""

from __future__ import annotations

from nt_process.engine.findings import WorkflowFault
from nt_process.kernel.messages import N_, Translate

_TEXTS = {
    # The file as such.
    "no_such_file": N_("There is no such file."),
    "unreadable": N_("The file cannot be opened: %(problem)s."),
    "too_large": N_("The file is larger than %(limit_kb)s kB, which no workflow needs."),
    "not_utf8": N_("The byte %(byte)s is not UTF-8. Save the file as UTF-8."),
    "control_character": N_("The character %(code_point)s may not stand here. Remove it."),
    "tab": N_("The line is indented with a tab. Use spaces."),
    "empty": N_("The file is empty."),
    "several_documents": N_("A second document begins here. A file describes one workflow."),
    "anchor": N_("Anchors and aliases (“%(name)s”) are not allowed. Write the text out."),
    "tag": N_("The tag “%(tag)s” is not allowed. Write the plain value."),
    "too_deep": N_("The nesting is deeper than %(limit)s levels, which no workflow needs."),
    "syntax": N_("This is not YAML: %(problem)s. What is being read here began on line %(begun)s."),
    "misplaced": N_("The file should be called %(expected)s, after its process and version."),
    # Its shape.
    "key_not_text": N_("A key must be a word."),
    "duplicate_key": N_("The key “%(key)s” stands here a second time; the first is on line %(first)s."),
    "unknown_key": N_("“%(key)s” is not known in %(where)s.%(hint)s"),
    "missing_key": N_("%(where)s lacks “%(key)s”."),
    "not_a_mapping": N_("%(where)s should hold keys with values."),
    "not_a_list": N_("“%(key)s” in %(where)s should be a list, like [a, b]."),
    "not_a_text": N_("“%(key)s” in %(where)s should be a text."),
    "empty_text": N_("“%(key)s” in %(where)s is empty. Write a text."),
    "not_a_number": N_("“%(key)s” in %(where)s should be a whole number without quotation marks."),
    "not_true_or_false": N_("“%(key)s” in %(where)s should be true or false."),
    "not_a_pair": N_("An item of “%(key)s” in %(where)s should be a name, or a name with one argument."),
    "repeated": N_("“%(name)s” stands twice in “%(key)s” of %(where)s. Remove one."),
    "bad_name": N_(
        "“%(name)s” is not a name: use at most 48 small letters a–z, digits and _, beginning with a letter."
    ),
    "unknown_name": N_("%(kind)s “%(name)s” does not exist.%(hint)s"),
    "unused": N_("%(kind)s “%(name)s” is never used. Use it or remove it."),
    "missing_label": N_("The state “%(state)s” has no label for the audience “%(audience)s”."),
    "choices_and_type": N_("The input “%(name)s”: choices belong to the type choice, and only to it."),
    "condition_argument": N_("The condition “%(name)s” is written %(wanted)s."),
    "except_without_active": N_("“except” only goes with “from: active”."),
    # States.
    "no_initial": N_("No state is marked initial. Mark the one where cases begin."),
    "several_initial": N_("“%(state)s” is marked initial, but so is “%(first)s”. Keep one."),
    "no_terminal": N_("No state is marked terminal, so no case could end."),
    "contradictory_state": N_("“%(state)s” is more than one of initial, terminal and interlude. Keep one."),
    "terminal_waits": N_("“%(state)s” is terminal: it waits for none and has no owner."),
    "terminal_left": N_("“%(state)s” is terminal, but the action “%(action)s” leads on from it."),
    "active_waits_for_none": N_("“%(state)s” is not terminal, so it has to say whom it waits for."),
    "no_owner": N_("“%(state)s” waits without an owner. Name the role that answers for the wait."),
    "no_way_out": N_("“%(state)s” has no way out: no action leads to another state."),
    "interlude_without_return": N_(
        "“%(state)s” is an interlude, but no action leads back from it. Add one with “to: $previous”."
    ),
    "unreachable_state": N_("“%(state)s” cannot be reached from the initial state."),
    "cannot_end": N_("A case in “%(state)s” can never end. It gets there by: %(path)s."),
    "wait_without_clock": N_(
        "“%(state)s” waits for others without a running clock. A case gets there by: %(path)s."
    ),
    "too_many_situations": N_("The workflow can be in more than %(limit)s situations. Simplify its clocks."),
    # Actions.
    "no_role": N_("Nobody may take “%(action)s”. Say who with “by”."),
    "previous_without_interlude": N_(
        "“%(action)s” leads back to $previous from “%(state)s”, which is not an interlude."
    ),
    "system_action_untaken": N_(
        "“%(action)s” can be taken by the system only, but no clock takes it when it expires."
    ),
    "needs_new_due": N_(
        "“%(action)s” moves a last day (%(operation)s), so it needs a required date input called new_due."
    ),
    "action_never_possible": N_("“%(action)s” can never be taken: its conditions on clocks never hold."),
    # Clocks.
    "one_limit": N_("%(where)s needs exactly one limit: %(units)s."),
    "limit_not_positive": N_("A limit of %(limit)s is not possible. Write a positive number."),
    "target_not_within_limit": N_(
        "The target of the clock “%(clock)s” should be above 0 and below its limit."
    ),
    "statute_must_roll": N_(
        "A statutory last day always moves to a working day (1930:173 § 2). Remove “rolls”."
    ),
    "no_expiry_rule": N_(
        "The clock “%(clock)s” does not say what happens when it expires. Write “on_expiry”."
    ),
    "ladder_not_ascending": N_("The reminders %(rungs)s are not in rising order."),
    "rung_longer_than_limit": N_(
        "The reminder %(rung)s lies before the clock has started; its limit is %(limit)s days."
    ),
    "clock_never_started": N_("The clock “%(clock)s” is never started by any action."),
    "clock_started_twice": N_(
        "“%(action)s” starts the clock “%(clock)s”, which may already be open, by: %(path)s."
    ),
    "suspended_never_resumed": N_(
        "“%(action)s” suspends the clock “%(clock)s”, but no action lets it run again."
    ),
    "suspended_forever": N_(
        "The clock “%(clock)s” can stand still for ever in “%(state)s”. A case gets there by: %(path)s."
    ),
    "extended_without_bound": N_(
        "“%(action)s” extends the clock “%(clock)s” by one party alone. State the bound with “at_most”."
    ),
    "bound_not_above_limit": N_(
        "“at_most” of the clock “%(clock)s” should be above its limit, and both counted in days."
    ),
    "bound_without_extension": N_("The clock “%(clock)s” has “at_most”, but no action extends it."),
    "one_sided_agreement": N_(
        "The clock “%(clock)s” is extended by agreement, so two parties must be able to %(operation)s."
    ),
    "expiry_not_by_system": N_(
        "The clock “%(clock)s” takes “%(action)s” when it expires, so “system” must stand in its “by”."
    ),
    "expiry_needs_input": N_(
        "The clock “%(clock)s” takes “%(action)s” when it expires, but the action asks for an input."
    ),
    "expiry_may_be_refused": N_(
        "The clock “%(clock)s” takes “%(action)s” when it expires, but its conditions could refuse it."
    ),
    "expiry_unavailable": N_(
        "The clock “%(clock)s” can expire in “%(state)s”, where “%(action)s” cannot be taken. "
        "A case gets there by: %(path)s."
    ),
}

_KINDS = {
    "action": N_("The action"),
    "basis": N_("The basis"),
    "clock": N_("The clock"),
    "clock_operation": N_("The clock operation"),
    "condition": N_("The condition"),
    "document": N_("The document kind"),
    "expiry_rule": N_("The expiry rule"),
    "field": N_("The case field"),
    "input": N_("The input"),
    "input_type": N_("The input type"),
    "party": N_("The party"),
    "phase": N_("The phase"),
    "recipient": N_("The recipient"),
    "regime": N_("The regime"),
    "role": N_("The role"),
    "source": N_("The source"),
    "state": N_("The state"),
    "states": N_("The selection of states"),
}

# What the YAML parser says most often; anything else is shown as it says it.
_SYNTAX = {
    "mapping values are not allowed in this context": N_("a colon stands inside a plain text"),
    "did not find expected key": N_("the indentation or a quotation mark does not fit"),
    "did not find expected '-' indicator": N_("an item of the list has another indentation"),
    "did not find expected ',' or ']'": N_("a list in brackets is not closed"),
    "did not find expected ',' or '}'": N_("a mapping in braces is not closed"),
    "found unexpected end of stream": N_("a quotation mark is not closed"),
    "could not find expected ':'": N_("a key has no colon"),
    "found character that cannot start any token": N_(
        "a text begins with a character that needs quotation marks"
    ),
    "block sequence entries are not allowed in this context": N_(
        "an item of a list stands where no list can"
    ),
}

_MEANT = N_(" Did you mean “%(meant)s”?")
_KNOWN = N_(" Known: %(known)s.")

# A list longer than this helps nobody.
_MOST_KNOWN = 15


def fault_text(fault: WorkflowFault, translate: Translate) -> str:
    """The fault in the reader's language, without its place. KeyError for a code without a text."""
    params = dict(fault.params)
    for name in ("path", "known", "rungs", "units"):
        if name in params:
            words = params[name]
            assert isinstance(words, tuple)  # noqa: S101 - the codes above are the whole vocabulary
            params[name] = (" → " if name == "path" else ", ").join(map(str, words)) or "–"
    if "kind" in params:
        params["kind"] = translate(_KINDS[str(params["kind"])])
    if "where" in params:
        params["where"] = params["where"] or translate(N_("the file"))
    if fault.code == "syntax":
        problem = str(params["problem"])
        params["problem"] = translate(_SYNTAX[problem]) if problem in _SYNTAX else problem
    if fault.code == "condition_argument":
        wanted = params["wanted"]
        params["wanted"] = f"{{{params['name']}: {wanted}}}" if wanted else params["name"]
    known = fault.params.get("known", ())
    hint = ""
    if params.get("meant"):
        hint = translate(_MEANT, meant=params["meant"])
    elif isinstance(known, tuple) and 0 < len(known) <= _MOST_KNOWN:
        hint = translate(_KNOWN, known=params["known"])
    text = translate(_TEXTS[fault.code], **{**params, "hint": hint})
    return text[0].upper() + text[1:] if fault.params.get("where") == "" else text
