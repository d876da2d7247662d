from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0009_company"),
    ]

    operations = [
        migrations.AddField(
            model_name="token",
            name="warned_at",
            field=models.DateTimeField(null=True),
        ),
    ]
