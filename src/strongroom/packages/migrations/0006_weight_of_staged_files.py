"""How much of the database a staged file's manifest takes, so that a stage can be bounded by it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("packages", "0005_removal_and_quotas")]

    operations = [
        migrations.AddField(
            model_name="stagedfile",
            name="weight",
            field=models.BigIntegerField(db_default=0),
        ),
    ]
