"""The public site: the list of 1,000 published recommendations against a static file of the same size.

Both are answered by one and the same gunicorn of one worker, on a Unix socket, to one reader over one connection that
stays open. The static file is one of the application's own, which are kept ready in memory with their compressed form, and
has the bytes of the list. Whoever has the list already asks whether it is still the one; that is measured beside.
"""

from __future__ import annotations

import http.client
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import measure, worklist
from bench.measure import FLOOR, Finding, Round, Unmeasured
from bench.world import AT, World, new_world, settle, superuser
from nt_process.recommendations.rules import document

LIMIT = 1.5
MANY = 1000
LIST = "/public/sv/"
STATIC = "/assets/bench/list.html"

_FILL = """
    INSERT INTO file_content (sha256, size, media_type, stored_at) VALUES (repeat('a', 64), 1, 'application/pdf', %(at)s);
    INSERT INTO recommendation (id, case_id, case_number, number, kind, made_by, made_at)
    SELECT gen_random_uuid(), c.id, c.number, n, 'final', 'Bänken', %(at)s FROM cases c, generate_series(1, %(many)s) n;
    INSERT INTO recommendation_text SELECT r.id, 1, 'can', NULL, {texts}, 'high', 'x', 'x', 'high', 'x', 'x', 'x', 'x',
        p.id, p.name, %(at)s FROM recommendation r, person p WHERE p.email = 'secretary@prov.example';
    INSERT INTO recommendation_approval SELECT t.recommendation_id, 1, %(hash)s, t.person_id, p.id, p.name, %(at)s
        FROM recommendation_text t, person p WHERE p.email = 'member@prov.example';
    INSERT INTO recommendation_signature SELECT gen_random_uuid(), a.recommendation_id, 1, a.text_hash, %(content)s,
        a.person_id, a.person, 'council_member', %(at)s, true, %(at)s, %(at)s, repeat('a', 64) FROM recommendation_approval a;
    INSERT INTO publication (recommendation_id, signature_id, slug, case_number, kind, outcome, medicine, substance, atc,
        content, text_hash, signed_by, pdf_sha256, publish_at, published_at)
    SELECT r.id, s.id, lower(r.case_number) || '-' || r.number, r.case_number, 'final', 'can',
           initcap(translate(substr(md5(r.number::text), 1, 9), '0123456789', 'ghijklmnop')),
           translate(md5(r.number::text), '0123456789', 'ghijklmnop'), 'A16AB01', s.content, s.text_hash, s.person,
           s.pdf_sha256, %(at)s, %(at)s
    FROM recommendation r JOIN recommendation_signature s ON s.recommendation_id = r.id;
"""


def run(*, quick: bool) -> Iterator[Finding | Unmeasured]:
    """The list against the file. `quick` takes fewer rounds."""
    rounds, requests = (3, 60) if quick else (9, 200)
    with new_world() as world, tempfile.TemporaryDirectory() as home:
        fill(world, MANY)
        with worklist.served("bench.public_file:app", world, Path(home), "") as path:
            packed = {"Accept-Encoding": "gzip"}
            contestants = {
                FLOOR: timed(Reader(path), STATIC, packed, requests),
                "list": timed(Reader(path), LIST, packed, requests),
                "unchanged": timed(Reader(path), LIST, packed, requests, again=True),
            }
            seconds = measure.take_turns(contestants, rounds)
    yield from measure.compare("public", seconds, {"list": LIMIT, "unchanged": None})


def fill(world: World, many: int) -> None:
    """So many published recommendations of one case."""
    world.office.open(at=AT)
    content = {
        "label": {"sv": "Kan användas", "en": "Can be used"},
        "summary": "Provastin kan användas för vuxna.",
    }
    content["case"] = "NT"
    texts = ", ".join(["'x'"] * (len(document.SCOPE) + len(document.PLATFORM)))
    given = {
        "at": AT.isoformat(),
        "many": str(many),
        "hash": "0" * 64,
        "content": json.dumps(content, ensure_ascii=False),
    }
    statements = _FILL.format(texts=texts)
    for name, value in given.items():
        statements = statements.replace(f"%({name})s", value if name == "many" else f"'{value}'")
    with superuser(world) as connection:
        for statement in statements.split(";\n"):
            if statement.strip():
                connection.execute(statement.encode())
    settle(world)


class Reader(worklist.Reader):
    """A browser that takes compressed answers, without a sign-in."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "")
        self.headers = {}

    def get(self, address: str, headers: dict[str, str]) -> tuple[int, bytes, str]:
        self.connection.request("GET", address, headers=headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read(), answer.headers.get("ETag", "")


def timed(
    reader: Reader, address: str, headers: dict[str, str], requests: int, *, again: bool = False
) -> Round:
    """The median answer of a round. `again`: the reader has the answer, and is told so."""
    _status, body, tag = reader.get(address, headers)
    assert len(body) > 10_000, (address, len(body))
    asked = {**headers, "If-None-Match": tag} if again else headers
    wanted = http.client.NOT_MODIFIED if again else http.client.OK

    def one_round() -> float:
        seconds = []
        for _ in range(requests):
            began = time.perf_counter()
            status, _body, _tag = reader.get(address, asked)
            seconds.append(time.perf_counter() - began)
            assert status == wanted, (status, address)
        return statistics.median(seconds)

    return one_round
