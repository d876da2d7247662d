"""When addresses were proved, and what is known of the domains of their mail."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0007_recovery_and_administration"),
    ]

    operations = [
        migrations.CreateModel(
            name="MailDomain",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=253, unique=True)),
                ("asked_at", models.DateTimeField(db_index=True, null=True)),
                ("mail", models.CharField(blank=True, max_length=16)),
                ("held", models.CharField(blank=True, max_length=16)),
                ("registered_at", models.DateTimeField(null=True)),
                ("doubted_since", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ProvedAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(db_index=True, max_length=254)),
                ("proved_at", models.DateTimeField()),
                ("lapsed_at", models.DateTimeField(null=True)),
                (
                    "domain",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="addresses",
                        to="people.maildomain",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proved_addresses",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "email"), name="one_proof_of_an_address"
                    )
                ],
            },
        ),
    ]
