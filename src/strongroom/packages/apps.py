"""Tells Django of the rows of this floor."""

from django.apps import AppConfig


class PackagesConfig(AppConfig):
    """The rows of packages: projects, releases, files, used paths, search words."""

    name = "strongroom.packages"
    label = "packages"
    default_auto_field = "django.db.models.BigAutoField"
