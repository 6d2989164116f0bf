"""The pages of companies, for the application to put together."""

from __future__ import annotations

from flask import Blueprint

from nt_process.companies import (
    approval_views,
    meeting_views,
    message_views,
    people_views,
    registration_views,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    registration_views.bp,
    approval_views.bp,
    people_views.bp,
    message_views.bp,
    meeting_views.bp,
)
