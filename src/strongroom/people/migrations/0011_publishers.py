"""Trusted publishers, their tokens, and what was stated and used once."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0010_organisations"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublisherToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("identifier", models.CharField(max_length=32, unique=True)),
                ("name", models.CharField(max_length=64)),
                ("minted_at", models.DateTimeField()),
                ("minted_from", models.CharField(blank=True, max_length=45)),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("moved", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="UsedStatement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("used_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Publisher",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ecosystem", models.CharField(max_length=16)),
                ("project", models.CharField(max_length=255)),
                ("display", models.CharField(max_length=255)),
                ("provider", models.CharField(max_length=255)),
                ("issuer", models.CharField(max_length=255)),
                ("lookup", models.CharField(max_length=500)),
                ("typed", models.JSONField(default=dict)),
                ("pinned", models.JSONField(default=dict)),
                ("stages_only", models.BooleanField(default=False)),
                ("pending", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(null=True)),
                (
                    "maker",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="publishers",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TokenBeside",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ecosystem", models.CharField(max_length=16)),
                ("project", models.CharField(max_length=255)),
                ("at", models.DateTimeField()),
                (
                    "token",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="beside",
                        to="people.token",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TokenPublisher",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "publisher",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tokens",
                        to="people.publisher",
                    ),
                ),
                (
                    "token",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="publishers",
                        to="people.publishertoken",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="publisher",
            index=models.Index(fields=["issuer", "lookup"], name="publisher_stated"),
        ),
        migrations.AddIndex(
            model_name="publisher",
            index=models.Index(fields=["ecosystem", "project"], name="publisher_of_project"),
        ),
        migrations.AddConstraint(
            model_name="tokenbeside",
            constraint=models.UniqueConstraint(
                fields=("token", "ecosystem", "project"), name="told_once_of_a_token"
            ),
        ),
        migrations.AddConstraint(
            model_name="tokenpublisher",
            constraint=models.UniqueConstraint(
                fields=("token", "publisher"), name="one_token_of_a_publisher"
            ),
        ),
    ]
