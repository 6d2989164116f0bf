"""The processes as printed from the files that run them: states, actions, limits, and what each rests on."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from nt_process import web
from nt_process.engine.diagram import draw
from nt_process.engine.loader import load_published
from nt_process.web import reason_texts

bp = Blueprint("workflows", __name__, url_prefix="/processes")


@bp.get("/")
def index() -> str:
    published = load_published()
    newest = {process: max(v for p, v in published if p == process) for process, _version in published}
    workflows = [published[(process, version)] for process, version in sorted(newest.items())]
    return render_template("workflows/index.html", workflows=workflows, names=reason_texts)


@bp.get("/<process>/<int:version>")
def show(process: str, version: int) -> str:
    workflow = load_published().get((process, version))
    if workflow is None:
        abort(404)
    svg = draw(workflow, web.language(), web.actor().audience)
    return render_template("workflows/show.html", workflow=workflow, svg=svg, names=reason_texts)
