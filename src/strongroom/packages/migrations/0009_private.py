"""Whether only those with a role in a project may know of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("packages", "0008_criticality_and_confirmation"),
    ]

    operations = [
        migrations.AddField(
            model_name="project",
            name="private",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
