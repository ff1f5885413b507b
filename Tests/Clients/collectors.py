"""SQL Server's collectors as their headers promise them, read from their files and run over a driver."""

import dataclasses
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "Sources/Engines/SQLServer/SQL"
KINDS = {"label", "text", "number", "time", "flag", "query_text", "statement", "plan", "gauge", "counter"}
REFERENCE = re.compile(r"(0x[0-9A-F]{2,128}):([0-9]+):(-?[0-9]+)")


@dataclasses.dataclass
class Collector:
    name: str
    sql: str
    fields: dict
    columns: list
    """Each a name and a kind."""

    @property
    def row_count_max(self):
        return int(self.fields["Rows"])

    @property
    def conditions(self):
        return [word.strip() for word in self.fields.get("When", "").split(",") if word.strip()]

    @property
    def permissions(self):
        return self.fields["Permissions"]

    def indexes(self, *kinds):
        return [index for index, (_, kind) in enumerate(self.columns) if kind in kinds]

    def column(self, name):
        return [column for column, _ in self.columns].index(name)

    def key(self, row):
        return tuple(row[index] for index in self.indexes("label"))

    def values(self, rows, column):
        """One column of all rows, by the rows' labels."""
        index = self.column(column)
        return {self.key(row): row[index] for row in rows}


def read(path):
    header, sql = re.fullmatch(r"/\*\n(.*?)\*/\s*(.*)", path.read_text(), re.S).groups()
    before, after = re.split(r"^Columns:\n", header, flags=re.M)
    fields = {
        match.group(1): " ".join(match.group(2).split())
        for match in re.finditer(r"^(\w+):[ \t]*(.*(?:\n[ \t]+.*)*)", before, re.M)
    }
    columns = [tuple(line.split(None, 2)[:2]) for line in after.splitlines() if re.match(r"  \S", line)]
    assert all(kind in KINDS for _, kind in columns), path
    return Collector(path.stem, sql, fields, columns)


ALL = [read(path) for path in sorted((FOLDER / "collectors").glob("*.sql"))]


def named(name):
    return next(collector for collector in ALL if collector.name == name)


def core_statements():
    """The statements of the batch that every reading begins with, by what their result is about."""
    path = FOLDER / "collect.sql"
    header, body = path.read_text().split("*/", 1)
    names = re.findall(r"^  \d+ (\w+):", header, re.M)
    statements = [text.strip() for text in re.split(r"(?<=;)\n", body) if text.strip() and not text.strip().startswith("SET ")]
    return dict(zip(names, statements, strict=True))


def core_settings():
    """What stands in front of every batch. With NOCOUNT ON FreeTDS would pass over every other result set without rows."""
    settings = re.findall(r"^SET .*;$", (FOLDER / "collect.sql").read_text(), re.M)
    assert "SET NOCOUNT OFF;" in settings
    return "\n".join(settings)


def query(client, connection, sql):
    """The names of the columns, and the rows."""
    cursor = connection.cursor()
    try:
        cursor.execute(sql)
        return [column[0] for column in cursor.description], [tuple(row) for row in cursor.fetchall()]
    except client.errors as error:
        raise client.translate(error) from error
    finally:
        cursor.close()


def run(client, connection, collector):
    columns, rows = query(client, connection, collector.sql)
    assert columns == [name for name, _ in collector.columns], f"{collector.name} has other columns than its header"
    return rows


def query_details(references):
    """The batch that reads what `references` name, each a kind and a name; as the product sends it."""
    text = re.fullmatch(r"/\*\n.*?\*/\s*(.*)", (FOLDER / "query-details.sql").read_text(), re.S).group(1)
    wanted = ""
    for kind, reference in references:
        handle, start, end = REFERENCE.fullmatch(reference).groups()
        wanted += f'<q k="{kind}" r="{reference}" h="{handle}" s="{start}" e="{end}"/>'
    quoted = text.replace("'", "''")
    return f"EXEC sp_executesql N'{quoted}', N'@wanted xml', @wanted = N'{wanted}'"
