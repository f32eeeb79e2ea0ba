#!/usr/bin/env bash
# Runs every native fuzz target for the given time: scripts/fuzz.sh 3s
set -euo pipefail
time=${1:?how long each target runs, such as 3s}
for dir in $(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./...); do
  for target in $(go test -list '^Fuzz' "$dir" | grep '^Fuzz' || true); do
    echo "$dir $target $time"
    go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$dir" | grep -vE '^fuzz: elapsed' || {
      echo "$dir $target failed" >&2
      exit 1
    }
  done
done
