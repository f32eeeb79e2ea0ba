#!/usr/bin/env bash
# Makes sure that what the tests need is there: Chromium, Postgres and curl. Installs them on Debian where that is possible.
set -euo pipefail
chromium() { command -v "${CHROMIUM:-chromium}" || command -v chromium-browser || command -v google-chrome; }
# Where persist/pgcluster looks.
postgres() { ls -d "${COLLABD_PG_BIN:-/nowhere}/initdb" 2>/dev/null || command -v initdb || ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null; }
can_install() { command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; }
install() {
  apt-get update -q >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -yq "$@" >/dev/null
}

if ! chromium >/dev/null && can_install; then
  echo "installing Chromium for the browser tests"
  install chromium fonts-noto-color-emoji
fi
if ! chromium >/dev/null; then
  echo "The browser tests need Chromium: install it (on Debian: apt install chromium), or say where it is in CHROMIUM." >&2
  exit 1
fi

if ! command -v curl >/dev/null && can_install; then
  install curl
fi
if ! command -v curl >/dev/null; then
  echo "The examples of docs/api.md are run with curl: install it (on Debian: apt install curl)." >&2
  exit 1
fi

if ! postgres >/dev/null && can_install; then
  echo "installing Postgres for the tests of its store"
  # The tests make clusters of their own: Debian's need not be made, nor started.
  install postgresql-common
  sed -i 's/^#* *create_main_cluster *=.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
  install postgresql
fi
if ! postgres >/dev/null; then
  echo "The tests need Postgres 13 or newer: install it (on Debian: apt install postgresql), or say where initdb and postgres are in COLLABD_PG_BIN." >&2
  exit 1
fi
