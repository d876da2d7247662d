"""Stages and their files that programs, and no persons, have opened and filled."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("packages", "0012_hooks"),
        ("people", "0014_directory"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="stage",
            name="program",
            field=models.CharField(db_default="", max_length=64),
        ),
        migrations.AddField(
            model_name="stage",
            name="publisher",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="stages",
                to="people.publisher",
            ),
        ),
        migrations.AddField(
            model_name="stagedfile",
            name="program",
            field=models.CharField(db_default="", max_length=64),
        ),
        migrations.AddField(
            model_name="stagedfile",
            name="publisher",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="staged",
                to="people.publisher",
            ),
        ),
        migrations.AlterField(
            model_name="stage",
            name="opener",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stages",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="stagedfile",
            name="uploader",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="staged",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
