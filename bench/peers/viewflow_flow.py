"""viewflow: a flow of eight steps on Django's models, each process and task a row of its own."""

from __future__ import annotations

import django
from django.conf import settings

from bench.peers.turns import prepared_values, take_turns

VALUES = prepared_values()
settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", **VALUES.pop("database")}},
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "viewflow",
        "viewflow.workflow",
        "bench.peers",
    ],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)
django.setup()

from django.core.management import call_command  # noqa: E402 - Django wants to be set up first
from django.db import transaction  # noqa: E402
from viewflow.workflow.models import Task  # noqa: E402

from bench.peers.orphan_flow import OrphanFlow  # noqa: E402


def main() -> None:
    call_command("migrate", verbosity=0)
    tasks = {}
    for number in VALUES.pop("numbers"):
        process = OrphanFlow.start.run(number=number)
        tasks[number] = Task.objects.get(process=process, status="NEW").pk

    def act(number: str, row: object) -> None:
        with transaction.atomic():
            OrphanFlow.registration.run(Task.objects.get(pk=tasks[number]), row=row)

    take_turns(act, VALUES)


if __name__ == "__main__":
    main()
