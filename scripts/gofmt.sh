#!/usr/bin/env bash
# Fails when a Go file is not formatted.
set -euo pipefail
files=$(git ls-files -co --exclude-standard '*.go' | xargs gofmt -l)
if [ -n "$files" ]; then
  echo "not formatted (run gofmt -w):" >&2
  echo "$files" >&2
  exit 1
fi
