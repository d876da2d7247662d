"""The Django app that listens to allauth; it has no rows."""

from django.apps import AppConfig


class Accounts(AppConfig):
    """Connects the listeners once everything is loaded."""

    name = "strongroom.site.accounts"
    label = "site_accounts"

    def ready(self) -> None:
        """Begin to listen."""
        from strongroom.site.accounts import listening  # noqa: PLC0415 - rows are loaded now

        listening.begin()
