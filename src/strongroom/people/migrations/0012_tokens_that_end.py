from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0011_publishers"),
    ]

    operations = [
        migrations.AddField(
            model_name="token",
            name="warned_at",
            field=models.DateTimeField(null=True),
        ),
    ]
