#!/bin/sh
# Types, and that the generated API types are those of api/openapi.yaml.
set -eu
cd "$(dirname "$0")"
[ -d node_modules/react ] || node tools/debian-deps.mjs
TSC=${TSC:-tsc}
command -v "$TSC" >/dev/null 2>&1 || TSC=node_modules/.bin/tsc
"$TSC" --noEmit -p .
[ ! -f ../api/openapi.yaml ] || node tools/generate-types.mjs --check
