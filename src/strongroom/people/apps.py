"""Tells Django of the rows of this floor."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """The rows of people: users, grants, tokens, sign-in links."""

    name = "strongroom.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
