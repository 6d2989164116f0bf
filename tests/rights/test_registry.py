"""The registry names everything that does something for somebody: routes, commands, background work and mail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from nt_process import cli, rights
from nt_process.companies import notice_texts
from nt_process.identity.actor import SignedIn
from nt_process.notices import (
    agreement_texts,
    appeal_texts,
    council_texts,
    delivery,
    financing_texts,
    followup_texts,
    introduction_texts,
    negotiation_texts,
    public_texts,
    reassessment_texts,
    recommendation_texts,
    texts,
)
from nt_process.notices.handlers import handlers_of
from nt_process.settings import Settings


def _commands(group: click.Group, before: str = "") -> Iterator[str]:
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        if isinstance(command, click.Group):
            yield from _commands(command, f"{before}{name} ")
        else:
            yield before + name


def test_every_command_is_named() -> None:
    assert set(_commands(cli.nt)) == rights.COMMANDS


def test_background_work_has_the_right_of_the_route_that_asks_for_it(tmp_path: Path) -> None:
    assert set(handlers_of(Settings(data_dir=tmp_path))) == set(rights.JOBS)
    assert set(rights.JOBS.values()) <= set(rights.POLICIES)
    assert not any(rights.POLICIES[route].public for route in rights.JOBS.values())


def test_every_kind_of_mail_says_who_may_be_told() -> None:
    worded = {
        *texts._ABOUT_CASES,
        *texts._ABOUT_NO_CASE,
        *notice_texts.ABOUT_CASES,
        *notice_texts.ABOUT_COMPANIES,
        *negotiation_texts.ABOUT_NEGOTIATIONS,
        *agreement_texts.ABOUT_AGREEMENTS,
        *recommendation_texts.ABOUT_RECOMMENDATIONS,
        *followup_texts.ABOUT_FOLLOWUP,
        *appeal_texts.ABOUT_APPEALS,
        *reassessment_texts.ABOUT_REASSESSMENTS,
        *financing_texts.ABOUT_FINANCING,
        *introduction_texts.ABOUT_INTRODUCTIONS,
        *council_texts.ABOUT_MEETINGS,
        *council_texts.ABOUT_ITEMS,
        *public_texts.ABOUT_REQUESTS,
    }
    assert worded == set(rights.MAILS)
    assert not any(policy.public for policy in rights.MAILS.values())


def test_nobody_is_told_by_mail_what_is_not_for_them() -> None:
    def person(role: str) -> SignedIn:
        return SignedIn("", "", "", "sv", "", frozenset({role}), ())

    assert delivery._may_be_told(person("management"), "monthly_report")
    assert not delivery._may_be_told(person("company_contact"), "monthly_report")
    assert not delivery._may_be_told(person("tlv_assessor"), "message")
    assert not delivery._may_be_told(person("secretariat"), "a kind that nobody has named")
    assert not delivery._may_be_told(SignedIn("", "", "", "sv", "", frozenset(), ()), "digest")
