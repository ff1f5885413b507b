# For the scripts beside it: `. "$(dirname "$0")/lib.sh"`. Goes to the project's root and names what all of them share.
set -eu
cd "$(dirname "$0")/.."
ROOT=$(pwd)
VENV=$ROOT/.tools/venv
SWIFT_MIN=6.3
# SwiftPM accepts an import of an undeclared target unless it is told not to; the walls between the parts stand on this.
SWIFT_FLAGS="--explicit-target-dependency-import-check error"

step() { printf '\n\033[1m==> %s\033[0m\n' "$*"; }
fail() { printf '\n\033[1;31merror:\033[0m %s\n' "$*" >&2; exit 1; }

# The hash of files and of the words given, for stamps: a step is skipped while what it reads is unchanged.
hash_of() { for f in "$@"; do if [ -f "$f" ]; then cat "$f"; else printf '%s' "$f"; fi; done | sha256sum | cut -c1-16; }

# Prints a TCP port that was free a moment ago.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# Microsoft's ODBC driver 18 comes with a Python wheel: for the tests, where it is not installed on the machine.
for driver in "$VENV"/lib/python3*/site-packages/mssql_python_odbc/libs/linux/debian_ubuntu/"$(uname -m)"/lib/libmsodbcsql-*.so.*; do
  [ -e "$driver" ] && [ -z "${DBTOOLS_MSODBCSQL:-}" ] && export DBTOOLS_MSODBCSQL="$driver"
done
:
