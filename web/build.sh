#!/bin/sh
# Builds web/dist: index.html, favicon.svg and assets/ with hashed names (the server may cache assets/ for ever).
set -eu
cd "$(dirname "$0")"
ESBUILD=${ESBUILD:-esbuild}
command -v "$ESBUILD" >/dev/null 2>&1 || ESBUILD=node_modules/.bin/esbuild
[ -d node_modules/react ] || node tools/debian-deps.mjs
node tools/icon-sprite.mjs
rm -rf dist; mkdir -p dist
"$ESBUILD" src/app/theme-boot.ts --bundle --format=iife --minify --target=es2022 --entry-names=assets/[name]-[hash] \
  --metafile=dist/boot.json --outdir=dist --log-level=warning
"$ESBUILD" src/app/main.tsx --bundle --splitting --format=esm --minify --target=es2022 \
  --jsx=automatic --loader:.svg=text --legal-comments=linked "--define:process.env.NODE_ENV=\"production\"" \
  --entry-names=assets/[name]-[hash] --asset-names=assets/[name]-[hash] --chunk-names=assets/[name]-[hash] \
  --metafile=dist/meta.json --outbase=src/app --outdir=dist --log-level=warning
node tools/index-html.mjs
rm dist/meta.json dist/boot.json
cp src/favicon.svg dist/favicon.svg
