#!/usr/bin/env bash
# Types recorded sessions into a real server that is killed (kill -9) at random moments and started again, and checks that
# every client and the server end with the recorded text: scripts/torture.sh KILLS [SEED]
set -euo pipefail
kills=${1:?how many kills for each replay}
RANDOM=${2:-42}
: "${COLLABD_TRACES:?needs COLLABD_TRACES, the folder with the recorded sessions}"
dir=$(mktemp -d)
go build -o "$dir/collabd" ./cmd/collabd
addr=127.0.0.1:$((20000 + RANDOM % 20000))
start() {
  "$dir/collabd" --addr "$addr" --data "$dir/data" >>"$dir/server.log" 2>&1 &
  server=$!
  until curl -fs "http://$addr/readyz" >/dev/null; do
    kill -0 "$server" || { tail "$dir/server.log"; exit 1; }
    sleep 0.05
  done
}
trap 'kill -9 "$server" 2>/dev/null; rm -rf "$dir"' EXIT
replay() { # trace clients rate least-seconds most-seconds between kills
  "$dir/collabd" replay --url "http://$addr" --clients "$2" --rate "$3" "$COLLABD_TRACES/$1.jsonl.gz" >"$dir/out" 2>/dev/null &
  local run=$! done=0
  for _ in $(seq "$kills"); do
    sleep "$(awk -v a="$4" -v b="$5" -v r=$RANDOM 'BEGIN { print a + (b - a) * r / 32767 }')"
    kill -0 "$run" 2>/dev/null || break
    kill -9 "$server"
    wait "$server" 2>/dev/null || true
    start
    done=$((done + 1))
  done
  local status=0
  wait "$run" || status=$?
  echo "$1 with $2 clients: $done kills, exit status $status, $(grep -E '^(transactions|reconnects)' "$dir/out" | tr -s ' \n' ' ')"
  if [ "$status" -ne 0 ]; then
    cat "$dir/out" >&2
    exit 1
  fi
}
start
replay automerge-paper 1 20000 1 3
replay automerge-paper 4 max 1 8
replay sveltecomponent-astral 1 2000 1 3
replay sveltecomponent-astral 3 max 0.3 2
replay friendsforever-branchy 2 max 0.5 3
