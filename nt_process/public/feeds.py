"""What is published as data: feeds (Atom, JSON Feed), tables (CSV, JSON), the catalogue (DCAT-AP), and the map of the site.

Addresses are whole ones, below the address of the installation.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from nt_process.infra.spreadsheet import Cell, rows_to_csv
from nt_process.kernel.messages import N_, translator
from nt_process.public.queries import PublicCase, Recommended

# How many of the newest a feed holds.
IN_FEED = 50
# What a feed is dated by as long as nothing has been published.
NOTHING_YET = datetime(2020, 1, 1, tzinfo=UTC)
_ATOM = "http://www.w3.org/2005/Atom"
_MAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
TITLE = N_("Recommendations on new medicines")

# The address of a recommendation by its slug.
Address = Callable[[str], str]


def newest(found: Sequence[Recommended]) -> datetime | None:
    """When the newest of them was published."""
    return max((one.row["published_at"] for one in found), default=None)


def atom(found: Sequence[Recommended], language: str, own: str, address: Address) -> bytes:
    """RFC 4287. `own` is the feed's address."""
    _ = translator(language)
    feed = Element("feed", {"xmlns": _ATOM, "xml:lang": language})
    SubElement(feed, "id").text = own
    SubElement(feed, "title").text = _(TITLE)
    SubElement(feed, "updated").text = _utc(newest(found) or NOTHING_YET)
    SubElement(feed, "link", {"rel": "self", "href": own})
    SubElement(SubElement(feed, "author"), "name").text = _(N_("NT process"))
    for one in found[:IN_FEED]:
        row, there = one.row, address(one.row["slug"])
        entry = SubElement(feed, "entry")
        SubElement(entry, "id").text = there
        SubElement(entry, "title").text = _xml(f"{row['medicine']}: {row['label'][language]}")
        SubElement(entry, "link", {"rel": "alternate", "href": there})
        for name in ("published", "updated"):
            SubElement(entry, name).text = _utc(row["published_at"])
        SubElement(entry, "category", {"term": row["outcome"]})
        SubElement(entry, "summary").text = _xml(row["summary"])
    return tostring(feed, encoding="utf-8", xml_declaration=True)


def json_feed(found: Sequence[Recommended], language: str, own: str, address: Address) -> bytes:
    """JSON Feed 1.1."""
    items = [
        {
            "id": address(one.row["slug"]),
            "url": address(one.row["slug"]),
            "title": f"{one.row['medicine']}: {one.row['label'][language]}",
            "content_text": one.row["summary"],
            "date_published": _utc(one.row["published_at"]),
            "tags": [one.row["outcome"], one.row["kind"]],
        }
        for one in found[:IN_FEED]
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": translator(language)(TITLE),
        "feed_url": own,
    }
    return _json({**feed, "language": language, "items": items})


_COLUMNS = ("slug", "case_number", "kind", "outcome", "medicine", "substance", "atc", "valid_to", "relation", "earlier",
            "summary", "text_hash", "published_at")  # fmt: skip


def recommendations_json(found: Sequence[Recommended], address: Address) -> bytes:
    rows = [
        {name: _plain(one.row[name]) for name in _COLUMNS}
        | {"label": one.row["label"], "standing": one.standing, "address": address(one.row["slug"])}
        for one in found
    ]
    return _json({"recommendations": rows})


def recommendations_csv(found: Sequence[Recommended], language: str, address: Address) -> bytes:
    header = [*_COLUMNS, "label", "standing", "address"]
    rows: list[list[Cell]] = [
        [
            *(_cell(one.row[name]) for name in _COLUMNS),
            one.row["label"][language],
            one.standing,
            address(one.row["slug"]),
        ]
        for one in found
    ]
    return rows_to_csv(header, rows, swedish=language == "sv")


_OF_CASE = ("number", "process", "medicine", "substance", "atc", "opened_on")


def cases_json(found: Sequence[PublicCase], language: str) -> bytes:
    rows = [
        {name: _plain(one.row[name]) for name in _OF_CASE}
        | _standing(one, language)
        | {
            "timeline": [
                {"state": stay.state, "phase": stay.phase, "waits_for": stay.waits_for, "pause": stay.pause,
                 "first": str(stay.first), "last": _plain(stay.last), "days": stay.days}
                for stay in one.timeline.stays
            ]
        }
        for one in found
    ]  # fmt: skip
    return _json({"cases": rows})


def cases_csv(found: Sequence[PublicCase], language: str) -> bytes:
    rows: list[list[Cell]] = [
        [*(_cell(one.row[name]) for name in _OF_CASE), *_standing(one, language).values()] for one in found
    ]
    header = [*_OF_CASE, "phase", "state", "since", "gross_days", "net_days"]
    return rows_to_csv(header, rows, swedish=language == "sv")


def _standing(one: PublicCase, language: str) -> dict[str, str | int]:
    here = one.timeline.stays[-1]
    return {
        "phase": here.phase,
        "state": one.workflow.states[here.state].labels["public"].in_language(language),
        "since": str(here.first),
        "gross_days": one.timeline.gross,
        "net_days": one.timeline.net,
    }


def catalogue(language: str, home: str, tables: Mapping[str, tuple[str, str, Mapping[str, str]]]) -> bytes:
    """DCAT-AP as JSON-LD. `tables`: by name what a data set is called and holds, and its addresses by media type."""
    sets = [
        {
            "@id": f"{home}#{name}",
            "@type": "dcat:Dataset",
            "dcterms:title": {"@value": title, "@language": language},
            "dcterms:description": {"@value": about, "@language": language},
            "dcterms:publisher": {"@id": f"{home}#publisher"},
            "dcterms:accessRights": {"@id": "http://publications.europa.eu/resource/authority/access-right/PUBLIC"},
            "dcterms:accrualPeriodicity": {"@id": "http://publications.europa.eu/resource/authority/frequency/UPDATE_CONT"},
            "dcat:theme": {"@id": "http://publications.europa.eu/resource/authority/data-theme/HEAL"},
            "dcat:distribution": [
                {
                    "@type": "dcat:Distribution",
                    "dcat:accessURL": {"@id": address},
                    "dcat:downloadURL": {"@id": address},
                    "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{media_type}"},
                    "dcterms:license": {"@id": LICENCE},
                }
                for media_type, address in addresses.items()
            ],
        }
        for name, (title, about, addresses) in tables.items()
    ]  # fmt: skip
    _ = translator(language)
    return _json(
        {
            "@context": {
                "dcat": "http://www.w3.org/ns/dcat#",
                "dcterms": "http://purl.org/dc/terms/",
                "foaf": "http://xmlns.com/foaf/0.1/",
            },
            "@id": f"{home}#catalogue",
            "@type": "dcat:Catalog",
            "dcterms:title": {"@value": _(TITLE), "@language": language},
            "dcterms:description": {
                "@value": _(N_("What is public of the orderly introduction of new medicines.")),
                "@language": language,
            },
            "dcterms:license": {"@id": LICENCE},
            "dcterms:publisher": {
                "@id": f"{home}#publisher",
                "@type": "foaf:Agent",
                "foaf:name": _(N_("NT process")),
            },
            "dcat:dataset": sets,
        }
    )


def site_map(addresses: Sequence[str]) -> bytes:
    """The addresses of the public pages (sitemaps.org)."""
    root = Element("urlset", {"xmlns": _MAP})
    for one in addresses:
        SubElement(SubElement(root, "url"), "loc").text = one
    return tostring(root, encoding="utf-8", xml_declaration=True)


def _xml(text: str) -> str:
    """The text without signs that no XML may hold (XML 1.0 § 2.2)."""
    return "".join(
        one for one in text if one in "\t\n\r" or (ord(one) >= 0x20 and ord(one) not in (0xFFFE, 0xFFFF))
    )


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return _utc(value)
    return value if value is None or isinstance(value, (str, int)) else str(value)


def _cell(value: object) -> str:
    return "" if value is None else str(_plain(value))


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
