#!/usr/bin/env bash
# Runs every native fuzz target for the given time: scripts/fuzz.sh 3s
set -euo pipefail
time=${1:?how long each target runs, such as 3s}
for dir in $(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./...); do
  for target in $(go test -list '^Fuzz' "$dir" | grep '^Fuzz' || true); do
    echo "$dir $target $time"
    for try in 1 2 3; do
      said=$(go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$dir" 2>&1) && break
      # When the time is up, go test before 1.27 may fail with nothing but this (go.dev/issue/75804).
      # What it finds, it writes down: that is always a failure.
      if [ $try = 3 ] || grep -q 'Failing input' <<<"$said" || ! grep -q 'context deadline exceeded' <<<"$said"; then
        echo "$said" >&2
        echo "$dir $target failed" >&2
        exit 1
      fi
    done
    grep -vE '^fuzz: elapsed' <<<"$said"
  done
done
