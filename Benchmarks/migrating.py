"""Upgrading many tenants: `dbtools migrate` over 1,000 databases of an earlier schema, beside what psql needs for the same statements."""
import subprocess
import threading
import time

from peer import PGBENCH
from program import ROOT, Figure, Program, executable

MIGRATIONS = ROOT / "Sources/Schema/Migrations/tenant"
# The two newest migrations are what the tenants lack.
PENDING = 2


def fnv1a(text: str) -> str:
    """As `Migration.checksum`."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) % (1 << 64)
    return f"{value:x}"


def measure_migrate(options):
    with Program(options, "--roles", "api") as program:
        program.sign_in()
        files = sorted(MIGRATIONS.glob("m*.sql"))
        newest, old = len(files), len(files) - PENDING
        make_old_template(program, files[:old])
        started = time.monotonic()
        for number in range(options.tenants):
            program.call("POST", "/tenants", {"name": f"Tenant {number}", "slug": f"many-{number:04}"})
        made = time.monotonic() - started
        print(f"   {options.tenants} tenants made in {made:.0f} s, each {PENDING} migrations behind", flush=True)
        broken(program, "checksum || 'x'")

        peer = psql_seconds(program, files[old:], count=10)
        killed = run(program, options, kill_after=2.0)
        done = sum(version(program, slug) == newest for slug in slugs(options)[::25]) * 25
        first = [None, None]
        threads = [threading.Thread(target=lambda place=place: first.__setitem__(place, run(program, options))) for place in range(2)]
        started = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        both = time.monotonic() - started
        for result in first:
            print(f"   {result.stdout.strip().splitlines()[-1]} {result.stderr.strip().splitlines()[-1][-160:]}", flush=True)
        assert all(result.returncode == 1 and "many-0007" in result.stderr for result in first), "the broken tenant is named by both"
        wrong = [slug for slug in slugs(options) if version(program, slug) != (old if slug == "many-0007" else newest)]
        assert not wrong, f"not up to date: {wrong[:5]}"
        broken(program, "rtrim(checksum, 'x')")
        started = time.monotonic()
        again = run(program, options)
        nothing = time.monotonic() - started
        assert again.returncode == 0, again.stderr
        print(f"   {again.stdout.strip().splitlines()[-1]}", flush=True)
        each = both * 1000 / options.tenants
        yield Figure(
            f"migrate {options.tenants} tenants, {PENDING} migrations each: killed after 2 s (about {done} done), then by two at once", each,
            "ms a tenant", 200, f"{both:.1f} s in all, killed: {killed.returncode}; psql takes {peer * 1000:.0f} ms for one; one broken, named by both",
        )
        yield Figure(
            f"migrate {options.tenants} tenants that lack nothing but one", nothing * 1000 / options.tenants, "ms a tenant", 30,
            f"{nothing:.1f} s in all",
        )
        with program.connect() as connection:
            connection.autocommit = True
            connection.execute("CHECKPOINT")  # a start after a stop that had to be cut short is another figure: PostgreSQL's recovery
        program.stop()
        yield Figure(f"serve to ready with {options.tenants} tenants", program.start(), "s", 5, "no tenant's database is opened")


def broken(program: Program, checksum: str) -> None:
    """One tenant whose first migration is not the one that this program knows, and back."""
    with program.connect("dbtools_tenant_many-0007") as connection:
        connection.execute(f"UPDATE platform.schema_migrations SET checksum = {checksum} WHERE number = 1")


def slugs(options) -> list[str]:
    return [f"many-{number:04}" for number in range(options.tenants)]


def run(program: Program, options, kill_after: float | None = None) -> subprocess.CompletedProcess:
    arguments = [executable(options), "migrate", "--data-dir", program.data]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        output, errors = process.communicate(timeout=kill_after)
    except subprocess.TimeoutExpired:
        process.kill()
        output, errors = process.communicate()
    return subprocess.CompletedProcess(arguments, process.returncode, output, errors)


def version(program: Program, slug: str) -> int:
    with program.connect(f"dbtools_tenant_{slug}") as connection:
        return connection.execute("SELECT max(number) FROM platform.schema_migrations").fetchone()[0]


def make_old_template(program: Program, files) -> None:
    """Puts a database of the earlier schema in the template's place: tenants made from it lack the newest migrations."""
    with program.connect() as connection:
        name = template(connection)
        connection.execute(f'ALTER DATABASE "{name}" RENAME TO dbtools_template_kept')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        connection.execute(f'GRANT CREATE ON DATABASE "{name}" TO dbtools_owner')
    with program.connect(name) as connection:
        connection.execute("SET ROLE dbtools_owner")
        connection.execute(
            "CREATE SCHEMA platform; CREATE TABLE platform.schema_migrations "
            "(number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())")
        for number, file in enumerate(files, 1):
            text = file.read_text()
            connection.execute(text)
            connection.execute(
                "INSERT INTO platform.schema_migrations (number, name, checksum) VALUES (%s, %s, %s)", [number, file.stem[6:], fnv1a(text.rstrip("\n"))])
        for schema in connection.execute("SELECT nspname FROM pg_namespace WHERE pg_get_userbyid(nspowner) = 'dbtools_owner'").fetchall():
            connection.execute(f"GRANT USAGE ON SCHEMA {schema[0]} TO dbtools_runtime")
    with program.connect() as connection:
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')


def template(connection) -> str:
    return connection.execute("SELECT datname FROM pg_database WHERE datname ~ '^dbtools_template_[0-9a-f]+$'").fetchone()[0]


def psql_seconds(program: Program, files, count: int) -> float:
    """Seconds in which psql applies the same migrations to a copy of the same database."""
    with program.connect() as connection:
        for number in range(count):
            connection.execute(f'CREATE DATABASE "psql_{number}" TEMPLATE "{template(connection)}"')
    started = time.monotonic()
    for number in range(count):
        arguments = [argument for file in files for argument in ("-f", str(file))]
        role = ["-c", "SET ROLE dbtools_owner"]
        subprocess.run([str(PGBENCH.parent / "psql"), "-Xq", "-v", "ON_ERROR_STOP=1", program.conninfo(f"psql_{number}"), *role, *arguments], check=True, capture_output=True)
    return (time.monotonic() - started) / count
