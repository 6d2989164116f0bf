"""How a decision of the federation is appealed: the tracks, as data with their sources, and what a decision says of them.

A recommendation of the council binds nobody and is appealed by nobody. Under the regime `federation` a joint municipal
federation is the legal subject: what it says is a decision, and tells how it is appealed. Whatever changes of that, such as
special law that gives the parties an appeal on the merits, is a new `Order`; what has been signed keeps the one that it was
signed under.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

Words = Mapping[str, str]

FEDERATION = "federation"
LEGALITY, MERITS, PROCUREMENT = "legality", "merits", "procurement"
NOTICE, RECEIPT, AWARD = "notice", "receipt", "award"
COURT, BODY = "court", "body"


@dataclass(frozen=True, slots=True)
class Track:
    """A way to have a decision reviewed.

    `days` is its time, and `days_by_post` that after what was not sent electronically; it is counted from `starts_with`:
    the notice of the approved minutes, the receipt of the decision, or the sending of an award. `given_to` is where an
    appeal is handed in, `time_judged_by` who says whether it came in time, and `rulings` what a court can answer.
    """

    name: str
    days: int
    days_by_post: int
    starts_with: str
    given_to: str
    time_judged_by: str
    rulings: tuple[str, ...]
    title: Words
    who: Words
    where: Words
    time: Words
    source: Words


DISMISSED, REJECTED, GRANTED, ANNULLED, REMITTED = "dismissed", "rejected", "granted", "annulled", "remitted"

TRACKS: Mapping[str, Track] = {
    LEGALITY: Track(
        LEGALITY,
        21,
        21,
        NOTICE,
        COURT,
        COURT,
        # The court may not put another decision in the place of the one that it annuls (KL 13:8).
        (DISMISSED, REJECTED, ANNULLED),
        {"sv": "Laglighetsprövning", "en": "Legality review"},
        {
            "sv": "Den som är medlem av en region i förbundet får begära att domstolen prövar om beslutet är lagligt.",
            "en": "A member of a region in the federation may ask the court to review whether the decision is lawful.",
        },
        {"sv": "Överklagandet ges in till %(court)s.", "en": "The appeal is handed in to %(court)s."},
        {
            "sv": "Det ska ha kommit in inom tre veckor från den dag då det tillkännagavs på förbundets anslagstavla att "
            "protokollet över beslutet har justerats.",
            "en": "It must have come in within three weeks from the day on which it was announced on the federation's notice "
            "board that the minutes with the decision had been approved.",
        },
        {
            "sv": "13 kap. 1, 4–6 och 8 §§ kommunallagen (2017:725)",
            "en": "Local Government Act (2017:725), chapter 13 sections 1, 4–6 and 8",
        },
    ),
    MERITS: Track(
        MERITS,
        21,
        21,
        RECEIPT,
        BODY,
        BODY,
        (DISMISSED, REJECTED, GRANTED, ANNULLED, REMITTED),
        {"sv": "Överklagande av beslutet i sak", "en": "Appeal on the merits"},
        {
            "sv": "Den som beslutet angår får överklaga det om det har gått honom eller henne emot.",
            "en": "Whoever the decision concerns may appeal it if it went against them.",
        },
        {
            "sv": "Överklagandet ställs till %(court)s och ges in till förbundet.",
            "en": "The appeal is addressed to %(court)s and handed in to the federation.",
        },
        {
            "sv": "Det ska ha kommit in inom tre veckor från den dag då den som överklagar fick del av beslutet.",
            "en": "It must have come in within three weeks from the day on which whoever appeals received the decision.",
        },
        {
            "sv": "43–47 §§ förvaltningslagen (2017:900)",
            "en": "Administrative Procedure Act (2017:900), sections 43–47",
        },
    ),
    PROCUREMENT: Track(
        PROCUREMENT,
        10,
        15,
        AWARD,
        COURT,
        COURT,
        (DISMISSED, REJECTED, ANNULLED, REMITTED),
        {"sv": "Överprövning av upphandling", "en": "Review of a procurement"},
        {
            "sv": "En leverantör som anser sig ha lidit eller kunna lida skada får begära överprövning av en tilldelning.",
            "en": "A supplier that holds that it has suffered or may suffer harm may ask for review of an award.",
        },
        {"sv": "Ansökan ges in till %(court)s.", "en": "The application is handed in to %(court)s."},
        {
            "sv": "Avtal ingås tidigast tio dagar efter det att underrättelsen om tilldelning skickades elektroniskt, och "
            "annars tidigast femton dagar efter det. Ansökan ska ha kommit in dessförinnan.",
            "en": "A contract is concluded at the earliest ten days after the notification of award was sent electronically, "
            "and otherwise fifteen days after. The application must have come in before that.",
        },
        {
            "sv": "20 kap. lagen (2016:1145) om offentlig upphandling",
            "en": "Public Procurement Act (2016:1145), chapter 20",
        },
    ),
}


@dataclass(frozen=True, slots=True)
class Order:
    """Which tracks there are from a day on, who decides, and which court reviews it.

    The place of the federation's seat is not settled, so the court is named by it.
    """

    version: int
    since: date
    body: Words
    court: Words
    merits: bool

    @property
    def tracks(self) -> tuple[Track, ...]:
        names = (LEGALITY, MERITS, PROCUREMENT) if self.merits else (LEGALITY, PROCUREMENT)
        return tuple(TRACKS[name] for name in names)


# An appeal on the merits needs special law (domain §3), which has not been enacted: the switch is off.
ORDERS: Sequence[Order] = (
    Order(
        1,
        date(2010, 1, 1),
        {"sv": "Kommunalförbundet", "en": "The joint municipal federation"},
        {
            "sv": "förvaltningsrätten i den domkrets där förbundet har sitt säte",
            "en": "the administrative court of the district in which the federation has its seat",
        },
        merits=False,
    ),
)


def order_on(day: date, orders: Sequence[Order] = ORDERS) -> Order:
    """The order in force on a day; before the first, the first."""
    return max((one for one in orders if one.since <= day), key=lambda one: one.since, default=orders[0])


def information(day: date, orders: Sequence[Order] = ORDERS) -> dict[str, object]:
    """What a decision made on a day tells of how it is appealed, as JSON values in both languages."""
    order = order_on(day, orders)
    return {
        "order": order.version,
        "body": dict(order.body),
        "tracks": [
            {
                "track": one.name,
                "title": dict(one.title),
                "who": dict(one.who),
                "where": {
                    language: words % {"court": order.court[language]}
                    for language, words in one.where.items()
                },
                "time": dict(one.time),
                "source": dict(one.source),
            }
            for one in order.tracks
        ],
        "what": {
            "sv": "Skriv vilket beslut som överklagas, ärendets nummer och varför beslutet är fel. Överklagandet ska vara "
            "skriftligt och innehålla namn och kontaktuppgifter.",
            "en": "Write which decision is appealed, the number of the case and why the decision is wrong. The appeal must be "
            "in writing, with name and contact details.",
        },
    }
