"""A person's last days as an iCalendar feed, and for who sits in the council its meetings.

The address holds a secret token, of which only the hash is stored. A title carries the register number and
the limit's name and nothing else, because calendars are shared and shown on screens.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import sqlalchemy as sa
from icalendar import Calendar, Event
from sqlalchemy.engine import Connection, RowMapping

from nt_process.council import queries as meetings
from nt_process.engine.loader import load_published
from nt_process.identity.service import token_hash
from nt_process.infra import acting
from nt_process.infra.rows import Row
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.messages import N_, Translate, translator
from nt_process.notices.mail import Sender

# More than anyone can act on; the earliest come first.
MOST_EVENTS = 1000
REFRESH = timedelta(hours=1)
MEETINGS_SINCE = timedelta(days=90)

_READER = sa.text("""
    SELECT p.id, p.language FROM person p WHERE p.calendar_token_hash = :hash AND p.disabled_at IS NULL
""")
_SITS = sa.text("""
    SELECT EXISTS (SELECT FROM membership WHERE person_id = :person AND role IN ('council_member', 'secretariat')
        AND valid_from <= :today AND (valid_to IS NULL OR valid_to >= :today))
""")
# One's own cases: handled or shared in handling. For those who take part from outside the secretariat,
# also every limit that they are reminded of. Nobody's cases are those of the whole secretariat.
_CLOCKS = sa.text(f"""
    WITH held AS (
        SELECT role, organisation_id FROM membership
        WHERE person_id = :person AND valid_from <= :today AND (valid_to IS NULL OR valid_to >= :today)
    )
    SELECT c.id, c.number, c.process, c.workflow_version, k.kind, k.number AS ordinal, k.due
    FROM clock k JOIN cases c ON c.id = k.case_id
    WHERE k.due IS NOT NULL AND EXISTS (
        SELECT FROM held WHERE CASE role
            WHEN 'company_contact' THEN organisation_id = c.company_id AND role = ANY (k.notify)
            ELSE c.owner_id = :person
                OR c.assignees @> CAST(:assigned AS jsonb)
                OR (role = 'secretariat' AND c.owner_id IS NULL)
                OR (role IN ('council_member', 'region_representative', 'tlv_assessor')
                    AND role = ANY (k.notify))
            END
    )
    ORDER BY k.due, c.number LIMIT {MOST_EVENTS}
""")  # noqa: S608 - a constant of this program


def feed(connection: Connection, token: str, at: datetime, sender: Sender) -> bytes | None:
    """The calendar of whoever the token was made for, as of `at` (UTC); None when it is nobody's."""
    reader = connection.execute(_READER, {"hash": token_hash(token)}).first()
    if reader is None:
        return None
    today = at.astimezone(STOCKHOLM).date()
    # Nobody is signed in: the secret address is what tells whose calendar it is.
    acting.become(str(reader.id), today, connection)
    assigned = json.dumps([{"id": str(reader.id)}])
    parameters = {"person": reader.id, "assigned": assigned, "today": today}
    translate = translator(reader.language)
    calendar = Calendar()
    calendar.add("prodid", "-//NT process//Last days//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", translate(N_("NT process: last days")))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for row in connection.execute(_CLOCKS, parameters).mappings():
        calendar.add_component(_event(row, reader.language, at, sender))
    if connection.scalar(_SITS, {"person": reader.id, "today": today}):
        for row in meetings.coming(connection, today - MEETINGS_SINCE):
            calendar.add_component(_meeting(row, translate, at, sender))
    return calendar.to_ical()


def _meeting(row: Row, translate: Translate, at: datetime, sender: Sender) -> Event:
    """A meeting of the council: the whole day, and once its agenda is published from its beginning to its end."""
    event = Event()
    event.add("uid", f"{row['id']}@{sender.host}")
    event.add("dtstamp", at)
    if row["starts"] is None or not row["minutes"]:
        event.add("dtstart", row["day"])
    else:
        begins = datetime.combine(row["day"], row["starts"], STOCKHOLM)
        event.add("dtstart", begins)
        event.add("dtend", begins + timedelta(minutes=int(row["minutes"])))
    name = f"{row['number']}/{row['year']}"
    event.add("summary", translate(N_("Meeting %(name)s of the council"), name=name))
    if row["place"]:
        event.add("location", row["place"])
    event.add("url", f"{sender.base_url}/meetings/{row['id']}")
    if row["cancelled_at"] is not None:
        event.add("status", "CANCELLED")
    return event


def _event(row: RowMapping, language: str, at: datetime, sender: Sender) -> Event:
    """The last day of one clock. The UID stays when the last day moves, so the entry moves with it."""
    workflow = load_published().get((row["process"], row["workflow_version"]))
    rule = None if workflow is None else workflow.clocks.get(row["kind"])
    label = row["kind"] if rule is None else " ".join(rule.label.in_language(language).split())
    event = Event()
    event.add("uid", f"{row['id']}.{row['kind']}.{row['ordinal']}@{sender.host}")
    event.add("dtstamp", at)
    event.add("dtstart", row["due"])
    event.add("summary", f"{row['number']}: {label}")
    event.add("url", f"{sender.base_url}/cases/{row['number']}")
    event.add("transp", "TRANSPARENT")
    return event
