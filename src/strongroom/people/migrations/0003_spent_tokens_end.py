"""Remember until when a spent token would have been valid, so that it can be forgotten after it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0002_compare_by_bytes")]

    operations = [
        migrations.AddField(
            model_name="spenttoken", name="ends_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddField(
            model_name="spenttoken",
            name="seen_ended",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
    ]
