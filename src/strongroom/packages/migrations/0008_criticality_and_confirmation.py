"""How critical a project is, whether people confirm what is published, and counts of downloads."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("packages", "0007_by_whom_files_were_staged")]

    operations = [
        migrations.AddField(
            model_name="project",
            name="confirmed",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="project",
            name="critical",
            field=models.CharField(db_default="none", default="none", max_length=8),
        ),
        migrations.AddField(
            model_name="project",
            name="critical_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="Downloads",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("count", models.BigIntegerField(default=0)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="downloads",
                        to="packages.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("day", "project"), name="one_count_a_day")
                ]
            },
        ),
    ]
