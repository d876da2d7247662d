"""Since which event a project's history is told."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("packages", "0010_trusted_only"),
    ]

    operations = [
        migrations.AddField(
            model_name="project",
            name="told_from",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
    ]
