"""The text of a contract in plain words: each clause of the terms has its sentence (`terms.wording`).

The words are those of the catalogue, so the contract is written in Swedish and in English from the same terms. What is
written is sealed and bound by a hash; it is never written anew for a reader.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from nt_process.kernel.messages import LANGUAGES, N_, Translate, translator
from nt_process.terms.contract import Contract
from nt_process.terms.wording import Say, Section, clause_section, order_section

Text = dict[str, object]


@dataclass(frozen=True, slots=True)
class Frame:
    """What the contract says beside the terms."""

    number: str
    medicine: str
    company: str
    version: int
    terms_version: int
    terms_commitment: str
    first: date
    last: date | None
    numbers: Mapping[str, Sequence[str]]


def written(contract: Contract, frame: Frame) -> dict[str, Text]:
    """The contract's text in each language: a title and sections, each a heading and its paragraphs."""
    return {language: _in_language(contract, frame, language) for language in LANGUAGES}


def _in_language(contract: Contract, frame: Frame, language: str) -> Text:
    _, say = translator(language), Say(language)
    sections = [
        _section(
            _(N_("The parties")),
            _(
                N_(
                    "This agreement is between %(company)s, the company, and each of the regions that has signed it, "
                    "each by itself. It follows from the negotiation in case %(number)s."
                ),
                company=frame.company,
                number=frame.number,
            ),
        ),
        _section(_(N_("What it is about")), *_about(contract, frame, _, say)),
        *(
            _written(clause_section(number, clause, language))
            for number, clause in enumerate(contract.clauses, 1)
        ),
        _written(order_section(contract, language)),
        _section(_(N_("Secrecy")), _(_SECRECY)),
        _section(
            _(N_("Changes and the end")),
            _(_CHANGES),
            _(_REGIONS),
            _(N_("The Swedish text is the one that holds.")),
        ),
        _section(
            _(N_("What is bound")),
            _(
                N_(
                    "The agreement rests on version %(version)s of the settled terms, whose hash is %(hash)s."
                ),
                version=frame.terms_version,
                hash=frame.terms_commitment,
            ),
        ),
    ]
    title = _(
        N_("Agreement on %(medicine)s, version %(version)s"), medicine=frame.medicine, version=frame.version
    )
    return {"title": title, "sections": sections}


_SECRECY = N_(
    "The prices and terms are for the parties alone. Each party keeps them from others as far as the law allows."
)
_CHANGES = N_(
    "A change holds when it has been signed as a new version by the company and by the region. Until then the version "
    "before it holds."
)
_REGIONS = N_(
    "The agreement holds for a region from its first day, or from the day when both the region and the company have "
    "signed, if that is later. A region that ends it ends it for itself alone."
)


def _section(heading: str, *paragraphs: str) -> Text:
    return {"heading": heading, "paragraphs": [one for one in paragraphs if one]}


def _written(section: Section) -> Text:
    return _section(section.heading, *section.paragraphs)


def _about(contract: Contract, frame: Frame, _: Translate, say: Say) -> list[str]:
    period = (
        _(
            N_("The agreement holds from %(first)s to %(last)s."),
            first=say.day(frame.first),
            last=say.day(frame.last),
        )
        if frame.last is not None
        else _(N_("The agreement holds from %(first)s until further notice."), first=say.day(frame.first))
    )
    medicine = _(
        N_("The agreement is about %(medicine)s, in these packages: %(packages)s."),
        medicine=frame.medicine,
        packages="; ".join(_package(name, frame.numbers[name], _) for name in contract.packages),
    )
    return [medicine, period]


def _package(name: str, numbers: Sequence[str], _: Translate) -> str:
    """What the terms call a package, with the article numbers that its sales are counted by."""
    if list(numbers) == [name]:
        return _(N_("article number %(numbers)s"), numbers=name)
    return _(N_("%(package)s (article number %(numbers)s)"), package=name, numbers=", ".join(numbers))
