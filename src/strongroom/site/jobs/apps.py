"""Tells Django of the rows of this folder."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """The rows of work in the background: leases and the schedule."""

    name = "strongroom.site.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"
