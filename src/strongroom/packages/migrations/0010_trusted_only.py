"""Whether trusted publishers alone publish for a project."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("packages", "0009_private"),
    ]

    operations = [
        migrations.AddField(
            model_name="project",
            name="trusted_only",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
