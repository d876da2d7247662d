"""Have PostgreSQL compare and order names by their bytes, as SQLite does by itself.

Under a language's collation an index serves no search by a beginning, and the order of names, which
pages show, would depend on the machine. A later change of one of these columns must say so again.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

COLUMNS = (
    ("people_user", "folded", 64),
    ("people_grant", "project", 255),
)


def compare_by_bytes(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor != "postgresql":
        return
    for table, column, length in COLUMNS:
        editor.execute(
            f'ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE varchar({length}) COLLATE "C"'
        )


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [migrations.RunPython(compare_by_bytes, migrations.RunPython.noop)]
