#!/usr/bin/env bash
# Makes sure that what the tests need is there: Chromium. Installs it on Debian where that is possible.
set -euo pipefail
chromium() { command -v "${CHROMIUM:-chromium}" || command -v chromium-browser || command -v google-chrome; }
if ! chromium >/dev/null; then
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    echo "installing Chromium for the browser tests"
    apt-get update -q >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -yq chromium fonts-noto-color-emoji >/dev/null
  fi
fi
if ! chromium >/dev/null; then
  echo "The browser tests need Chromium: install it (on Debian: apt install chromium), or say where it is in CHROMIUM." >&2
  exit 1
fi
