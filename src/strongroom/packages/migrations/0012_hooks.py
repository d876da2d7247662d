"""Webhooks: who is told of events, and what they were told."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("packages", "0011_told_from"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Heard",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("serial", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Hook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("handle", models.CharField(max_length=32, unique=True)),
                ("ecosystem", models.CharField(blank=True, max_length=16)),
                ("project", models.CharField(blank=True, max_length=255)),
                ("host", models.CharField(max_length=255)),
                ("sealed_url", models.TextField()),
                ("sealed_secret", models.TextField()),
                ("sealed_former", models.TextField(blank=True)),
                ("former_until", models.DateTimeField(null=True)),
                ("kinds", models.JSONField(default=list)),
                ("made_at", models.DateTimeField()),
                ("begins", models.BigIntegerField()),
                ("state", models.CharField(default="on", max_length=12)),
                ("state_at", models.DateTimeField()),
                ("failures", models.PositiveIntegerField(default=0)),
                ("failing_since", models.DateTimeField(null=True)),
                ("next_try_at", models.DateTimeField()),
                ("took", models.PositiveIntegerField(default=0)),
                (
                    "maker",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hooks",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("message", models.CharField(max_length=40, unique=True)),
                ("serial", models.BigIntegerField(null=True)),
                ("made_at", models.DateTimeField()),
                ("state", models.CharField(default="waiting", max_length=12)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("wanted_at", models.DateTimeField()),
                ("next_try_at", models.DateTimeField()),
                ("tried_at", models.DateTimeField(null=True)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("fault", models.CharField(blank=True, max_length=20)),
                (
                    "hook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="packages.hook",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="hook",
            index=models.Index(fields=["ecosystem", "project"], name="hook_of_project"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "waiting")),
                fields=["next_try_at"],
                name="delivery_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                fields=("hook", "serial"), name="one_delivery_an_event"
            ),
        ),
    ]
