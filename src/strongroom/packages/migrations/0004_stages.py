"""Stages, their files and approvals; names compare by their bytes, as everywhere (0002)."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

COLUMNS = (
    ("packages_stage", "project", 255),
    ("packages_stage", "similar", 255),
    ("packages_stage", "version", 255),
    ("packages_stagedfile", "filename", 300),
)


def compare_by_bytes(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor != "postgresql":
        return
    for table, column, length in COLUMNS:
        editor.execute(
            f'ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE varchar({length}) COLLATE "C"'
        )


class Migration(migrations.Migration):
    dependencies = [
        ("packages", "0003_sharedpages"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="project",
            name="approvals",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name="Stage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("handle", models.CharField(max_length=32, unique=True)),
                ("ecosystem", models.CharField(max_length=16)),
                ("project", models.CharField(max_length=255)),
                ("display", models.CharField(max_length=255)),
                ("similar", models.CharField(max_length=255)),
                ("version", models.CharField(max_length=255)),
                ("version_display", models.CharField(max_length=255)),
                ("state", models.CharField(default="open", max_length=12)),
                ("fault", models.TextField(blank=True)),
                ("credential", models.CharField(max_length=64)),
                ("opened_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "opener",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stages",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("content", models.CharField(max_length=64)),
                ("approved_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="approvals",
                        to="packages.stage",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StagedFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("handle", models.CharField(max_length=32, unique=True)),
                ("filename", models.CharField(max_length=300)),
                ("state", models.CharField(default="pending", max_length=12)),
                ("fault", models.TextField(blank=True)),
                ("credential", models.CharField(max_length=64)),
                ("staged_at", models.DateTimeField()),
                ("size", models.BigIntegerField()),
                ("hashes", models.JSONField(default=dict)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("blake2b_256", models.CharField(blank=True, max_length=64)),
                ("md5", models.CharField(blank=True, max_length=32)),
                ("manifest", models.JSONField(default=dict)),
                ("sidecars", models.JSONField(default=dict)),
                ("findings", models.JSONField(default=list)),
                ("judged_by", models.CharField(blank=True, max_length=64)),
                (
                    "stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="packages.stage",
                    ),
                ),
                (
                    "uploader",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="staged",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="stage",
            index=models.Index(
                condition=models.Q(("ended_at", None)),
                fields=["ecosystem", "similar"],
                name="live_stage_similar",
            ),
        ),
        migrations.AddIndex(
            model_name="stage",
            index=models.Index(fields=["expires_at"], name="stage_expiry"),
        ),
        migrations.AddConstraint(
            model_name="stage",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("ecosystem", "project", "version"),
                name="one_live_stage_a_version",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.UniqueConstraint(
                fields=("stage", "person"), name="one_approval_a_person"
            ),
        ),
        migrations.AddIndex(
            model_name="stagedfile",
            index=models.Index(fields=["filename"], name="staged_name"),
        ),
        migrations.AddConstraint(
            model_name="stagedfile",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "cancelled"), _negated=True),
                fields=("stage", "filename"),
                name="one_staged_file_a_name",
            ),
        ),
        migrations.RunPython(compare_by_bytes, migrations.RunPython.noop),
    ]
