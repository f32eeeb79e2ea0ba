#!/usr/bin/env bash
# Runs go test with the given arguments, shows what matters, and fails when a test fails or skips.
set -uo pipefail
log=$(mktemp)
trap 'rm -f "$log"' EXIT
go test -count=1 -timeout 20m -v "$@" >"$log" 2>&1
status=$?
if [ $status -ne 0 ]; then
  # Everything but what passed: failures, panics and what they printed.
  grep -vE '^\s*(=== (RUN|PAUSE|CONT|NAME)|--- PASS)|^PASS$' "$log" | tail -n 400
  exit $status
fi
grep -E '^(ok|\?)' "$log"
if grep -E '^\s*--- SKIP' "$log"; then
  echo "a test skipped: install what it needs, or make it fail" >&2
  exit 1
fi
echo "$(grep -cE '^\s*--- PASS' "$log") passed, 0 failed"
