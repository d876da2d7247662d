"""Rules of retention, and quotas with what has been published so far counted in them."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# The same on both databases. A process of the version before goes on adding files without counting
# them until it is replaced; `strongroom rebuild` counts anew.
COUNT_PROJECTS = """
INSERT INTO packages_quota (kind, subject, used_bytes)
SELECT 'project', project.ecosystem || ':' || project.key, sum(file.size)
FROM packages_file AS file
JOIN packages_release AS release ON release.id = file.release_id
JOIN packages_project AS project ON project.id = release.project_id
GROUP BY project.ecosystem, project.key
"""
COUNT_USERS = """
INSERT INTO packages_quota (kind, subject, used_bytes)
SELECT 'user', account.folded, sum(file.size)
FROM packages_file AS file
JOIN people_user AS account ON account.username = file.uploader
GROUP BY account.folded
"""


def count(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    editor.execute(COUNT_PROJECTS)
    editor.execute(COUNT_USERS)


class Migration(migrations.Migration):
    dependencies = [
        ("packages", "0004_stages"),
        ("people", "0002_compare_by_bytes"),
    ]

    operations = [
        migrations.AddField(
            model_name="project",
            name="keep_prereleases",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="project",
            name="prerelease_days",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.CreateModel(
            name="Quota",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=16)),
                ("subject", models.CharField(max_length=300)),
                ("used_bytes", models.BigIntegerField(default=0)),
                ("max_bytes", models.BigIntegerField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["kind", "subject"], name="one_quota_a_subject")
                ],
            },
        ),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
