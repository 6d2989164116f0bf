"""Mail to those who are no users: who has subscribed on the public site, and who has asked for a document there.

Their addresses and links go out through the same queues as other links do (`link_mail`).
"""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from typing import Any

import sqlalchemy as sa

from nt_process.identity import links
from nt_process.identity.service import token_hash
from nt_process.kernel.messages import N_, translator
from nt_process.notices.mail import Farewell, Letter, Sender, compose
from nt_process.notices.texts import Words
from nt_process.public.requests.codes import code_of
from nt_process.public.subscriptions import telling
from nt_process.public.subscriptions.service import CONFIRMS, OPENS
from nt_process.public.subscriptions.telling import Told

CONFIRMATIONS = """
    SELECT l.id, 'subscription' AS purpose, l.mail_attempts, l.email, l.language, l.expires_at > :at AS wanted
    FROM l ORDER BY l.made_at
"""
HAPPENINGS = """
    SELECT l.id, 'happening' AS purpose, l.mail_attempts, s.email, s.language, true AS wanted, s.id AS subscription,
           h.kind, h.case_number, h.state, h.slug, h.county_code, h.meeting_year, h.meeting_number, c.process, c.workflow_version,
           coalesce(p.medicine, c.medicine) AS medicine, p.content -> 'label' AS label, m.day AS meeting_day
    FROM l JOIN subscription s ON s.id = l.subscription_id JOIN happening h ON h.id = l.happening_id
    LEFT JOIN publication p ON p.slug = h.slug LEFT JOIN public_case c ON c.number = h.case_number
    LEFT JOIN public_meeting m ON m.year = h.meeting_year AND m.number = h.meeting_number
    ORDER BY h.id
"""
ANSWERS = """
    SELECT l.id, 'document_answer' AS purpose, l.mail_attempts, l.email, l.language, l.email <> '' AS wanted,
           'B ' || l.year || '-' || lpad(l.number::text, 4, '0') AS name, l.code_hash
    FROM l ORDER BY l.made_at
"""

_LINK = sa.text("""
    INSERT INTO subscription_link (token_hash, subscription_id) VALUES (:hash, :subscription) ON CONFLICT DO NOTHING
""")


def confirmation(
    _connection: sa.Connection, row: Any, secret_key: str, sender: Sender, at: datetime
) -> EmailMessage:
    """The mail with the link that confirms a subscription."""
    told = telling.confirmation(row.language, links.token_of(secret_key, f"{CONFIRMS}{row.id}"))
    reason = N_("You get this message because your address was stated on the public site.")
    opens = links.token_of(secret_key, f"{OPENS}{row.id}")
    link = N_("I do not want any mail")
    page = telling.page(row.language, telling.UNSUBSCRIBE + opens)
    farewell = Farewell(translator(row.language)(reason), translator(row.language)(link), page, page)
    return compose(_letter(row, told, farewell), sender, at)


def happening(
    connection: sa.Connection, row: Any, secret_key: str, sender: Sender, at: datetime
) -> EmailMessage:
    """The mail that tells a subscriber of one happening, and how to change and end the subscription."""
    token = links.token_of(secret_key, f"{OPENS}{row.subscription}")
    # The key of the installation may have been changed since the subscription began; its older links work as well.
    connection.execute(_LINK, {"hash": token_hash(token), "subscription": row.subscription})
    _ = translator(row.language)
    farewell = Farewell(
        _(N_("You get this message because you subscribe to it.")),
        _(N_("Change or end the subscription")),
        telling.page(row.language, telling.KEEP + token),
        telling.page(row.language, telling.UNSUBSCRIBE + token),
    )
    return compose(_letter(row, telling.happened(row._mapping, row.language), farewell), sender, at)  # noqa: SLF001 - its documented name


def answer(
    _connection: sa.Connection, row: Any, secret_key: str, sender: Sender, at: datetime
) -> EmailMessage:
    """The mail that says where the answer to a request for a document stands, and nothing of what it says."""
    _ = translator(row.language)
    code = code_of(secret_key, str(row.id))
    # After the key of the installation was changed only who asked knows the code, and states it.
    given = f"?code={code}" if token_hash(code) == bytes(row.code_hash) else ""
    told = Told(
        _(N_("Your request %(name)s is answered"), name=row.name),
        (
            _(N_("The secretariat of the council has answered your request for a document.")),
            _(N_("Your address has been deleted from the request. Keep this link: it leads to the answer.")),
        ),
        telling.page(row.language, f"/reply{given}"),
        _(N_("Read the answer")),
    )
    reason = _(N_("You get this message because you asked for a document. No more come."))
    about = telling.page(row.language, "/about")
    return compose(_letter(row, told, Farewell(reason, _(N_("About the site")), about, "")), sender, at)


def _letter(row: Any, told: Told, farewell: Farewell) -> Letter:
    words = Words(told.title, told.sentences, told.path, told.link)
    return Letter(row.id, row.email, row.language, words, farewell=farewell)
