#!/usr/bin/env bash
# Kills servers and databases again and again while clients type, and shows that nothing acknowledged is lost:
# scripts/torture.sh KILLS [SEED]. docs/torture.md says what is done and checked.
#
# With COLLABD_TRACES it also types recorded sessions into a server that is killed TRACE_KILLS times in each, and checks that
# every client and the server end with the recorded text.
set -euo pipefail
kills=${1:?how many kills on each store}
seed=${2:-0}
some=$(((kills + 9) / 10))
dir=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill -9 "$server" 2>/dev/null; rm -rf "$dir"' EXIT
go build -o "$dir/collabd" ./cmd/collabd
# The first does not keep the others from being run: what each shows is worth having.
failed=0
torture() {
  echo "== collabd torture $*"
  "$dir/collabd" torture --seed "$seed" "$@" || failed=1
}
torture --store sqlite --kills "$kills"
torture --store postgres --kill-store --kills "$kills"
# Pauses longer than the server waits for its store and for its clients.
torture --store postgres --kill-store --servers 2 --kills "$some" --pauses "$some" --cuts "$some" --pause 15s --round 20
if [ -z "${COLLABD_TRACES:-}" ]; then
  exit $failed
fi

RANDOM=$((seed > 0 ? seed % 32768 : 42))
addr=127.0.0.1:$((20000 + RANDOM % 10000)) # not one that the system gives to those who connect
start() {
  "$dir/collabd" --addr "$addr" --data "$dir/data" >>"$dir/server.log" 2>&1 &
  server=$!
  until curl -fs "http://$addr/readyz" >/dev/null; do
    kill -0 "$server" || { tail "$dir/server.log"; exit 1; }
    sleep 0.05
  done
}
replay() { # trace clients rate least-seconds most-seconds between kills
  "$dir/collabd" replay --url "http://$addr" --clients "$2" --rate "$3" "$COLLABD_TRACES/$1.jsonl.gz" >"$dir/out" 2>/dev/null &
  local run=$! done=0
  for _ in $(seq "${TRACE_KILLS:-3}"); do
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
    failed=1
  fi
}
start
replay automerge-paper 1 20000 1 3
replay automerge-paper 4 max 1 8
replay sveltecomponent-astral 1 2000 1 3
replay sveltecomponent-astral 3 max 0.3 2
replay friendsforever-branchy 2 max 0.5 3
exit $failed
