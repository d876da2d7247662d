"""Whether a staged file came by a credential that publishes nothing by itself."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("packages", "0006_weight_of_staged_files")]

    operations = [
        migrations.AddField(
            model_name="stagedfile",
            name="by_stager",
            field=models.BooleanField(db_default=False),
        ),
    ]
