"""Tells Django of the rows of this floor."""

from django.apps import AppConfig


class ProofConfig(AppConfig):
    """The rows of proof: events and their positions."""

    name = "strongroom.proof"
    label = "proof"
    default_auto_field = "django.db.models.BigAutoField"
