"""Addresses become rows of their own; sessions, counters and letters come in.

The addresses that accounts have were vouched for by the operator, so they are verified. Of several
accounts with one address only the first keeps it as verified, because by it one signs in.
"""

from typing import Any

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def carry_addresses(registry: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    users: Any = registry.get_model("people", "User")
    addresses: Any = registry.get_model("account", "EmailAddress")
    taken: set[str] = set()
    for user in users.objects.order_by("pk").iterator():
        email = user.email.lower()
        addresses.objects.create(
            user=user,
            email=email,
            primary=True,
            verified=user.email_verified and email not in taken,
        )
        taken.add(email)


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_spent_tokens_end"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [
        migrations.CreateModel(
            name="Counter",
            fields=[
                ("key", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("value", models.JSONField()),
                ("ends_at", models.FloatField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("to", models.EmailField(max_length=254)),
                ("sealed", models.TextField()),
                ("written_at", models.DateTimeField()),
                ("next_try_at", models.DateTimeField(db_index=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="BrowserSession",
            fields=[
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("session_key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("source", models.CharField(blank=True, max_length=45)),
                ("agent", models.CharField(blank=True, max_length=200)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "abstract": False,
            },
        ),
        migrations.RunPython(carry_addresses, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name="user",
            name="email_verified",
        ),
    ]
