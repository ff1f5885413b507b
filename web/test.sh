#!/bin/sh
# Unit and component tests: node's test runner with jsdom.
set -eu
cd "$(dirname "$0")"
[ -d node_modules/react ] || node tools/debian-deps.mjs
[ -f src/components/icon-sprite.svg ] || node tools/icon-sprite.mjs
ESBUILD=${ESBUILD:-esbuild}
command -v "$ESBUILD" >/dev/null 2>&1 || ESBUILD=node_modules/.bin/esbuild
T=$(mktemp -d .test-XXXXXX); trap 'rm -rf "$T"' EXIT INT TERM
"$ESBUILD" test/setup.ts test/*.test.tsx --bundle --platform=node --format=esm --jsx=automatic --packages=external --loader:.svg=text \
  --sourcemap=inline --out-extension:.js=.mjs --outdir="$T" --log-level=warning
NODE_OPTIONS="--import=$PWD/$T/setup.mjs" node --enable-source-maps --test "$T"/*.test.mjs
