"""One face for the clients: connect, run a batch, read its result sets, and tell an error as far as the client does."""

import dataclasses
import glob
import os
import re

import mssql_python
import mssql_python_odbc
import pymssql
import pyodbc
import pytds

PASSWORD = "Correct.Horse.1"

pyodbc.pooling = False
DRIVERS = os.path.join(os.path.dirname(mssql_python_odbc.__file__), "libs/linux/debian_ubuntu/x86_64/lib")
DRIVER_18 = sorted(glob.glob(os.path.join(DRIVERS, "libmsodbcsql-18*")))


@dataclasses.dataclass
class SQLError(Exception):
    number: int
    text: str
    state: int | None = None
    severity: int | None = None
    line: int | None = None


class Client:
    """`name`, how parameters are marked, what is raised, and how to connect."""

    placeholder = "?"

    def run(self, connection, sql, *parameters):
        """The result sets of a batch; a statement without rows gives none."""
        cursor = connection.cursor()
        try:
            sql = sql.replace("?", self.placeholder)
            cursor.execute(sql, parameters) if parameters else cursor.execute(sql)
            sets = []
            while True:
                if cursor.description:
                    sets.append([tuple(row) for row in cursor.fetchall()])
                if not cursor.nextset():
                    return sets
        except self.errors as error:
            raise self.translate(error) from error
        finally:
            cursor.close()

    def translate(self, error):
        """ODBC's drivers put the native number in brackets at the end of each diagnostic."""
        text = str(error)
        match = re.search(r"\((\d+)\)", text)
        return SQLError(int(match.group(1)) if match else 0, text)


class PyMSSQL(Client):
    name = "pymssql"
    placeholder = "%s"
    errors = (pymssql.Error,)

    def connect(self, simulator, encrypt, user="sa", password=PASSWORD, database="master", instance=1, autocommit=True):
        try:
            return pymssql.connect(
                "127.0.0.1", user, password, database, port=simulator.port + instance - 1, login_timeout=10, timeout=20,
                autocommit=autocommit, encryption="require" if encrypt else "off")
        except self.errors as error:
            raise self.translate(error) from error

    def translate(self, error):
        number, text = error.args[0] if isinstance(error.args[0], tuple) else error.args[:2]
        return SQLError(number, text.decode() if isinstance(text, bytes) else text)


class PythonTDS(Client):
    name = "python-tds"
    placeholder = "%s"
    errors = (pytds.Error, pytds.tds_base.LoginError)

    def connect(self, simulator, encrypt, user="sa", password=PASSWORD, database="master", instance=1, autocommit=True, login_only=False):
        tls = {"cafile": simulator.certificate, "validate_host": True, "enc_login_only": login_only} if encrypt else {}
        try:
            return pytds.connect(
                "localhost", database, user, password, port=simulator.port + instance - 1, login_timeout=10, timeout=20,
                autocommit=autocommit, **tls)
        except self.errors as error:
            raise self.translate(error) from error

    def translate(self, error):
        number = getattr(error, "number", None) or getattr(error, "msg_no", 0)
        return SQLError(number, str(error), error.state, error.severity, error.line)


class MSSQLPython(Client):
    name = "mssql-python"
    errors = (mssql_python.Error, RuntimeError)

    def connect(self, simulator, encrypt, user="sa", password=PASSWORD, database="master", instance=1, autocommit=True):
        try:
            return mssql_python.connect(
                f"Server=127.0.0.1,{simulator.port + instance - 1};Database={database};UID={user};PWD={password};"
                f"Encrypt={'yes' if encrypt else 'no'};TrustServerCertificate=yes", autocommit=autocommit)
        except self.errors as error:
            raise self.translate(error) from error

    def translate(self, error):
        # It tells SQL Server's sentence and not its number.
        return SQLError(None, str(error))


class ODBC(Client):
    errors = (pyodbc.Error,)

    def connect(self, simulator, encrypt, user="sa", password=PASSWORD, database="master", instance=1, autocommit=True):
        options = self.options(simulator.port + instance - 1, encrypt)
        try:
            connection = pyodbc.connect(f"{options};Database={database};UID={user};PWD={password}", timeout=10, autocommit=autocommit)
        except self.errors as error:
            raise self.translate(error) from error
        return connection


class FreeTDS(ODBC):
    name = "pyodbc-freetds"

    def options(self, port, encrypt):
        return f"Driver=FreeTDS;Server=127.0.0.1;Port={port};TDS_Version=7.4;Encryption={'require' if encrypt else 'off'}"


class Driver18(ODBC):
    name = "pyodbc-driver18"

    def options(self, port, encrypt):
        return f"Driver={DRIVER_18[0]};Server=127.0.0.1,{port};Encrypt={'yes' if encrypt else 'no'};TrustServerCertificate=yes"


ALL = [PyMSSQL(), PythonTDS(), MSSQLPython(), FreeTDS(), Driver18()]
