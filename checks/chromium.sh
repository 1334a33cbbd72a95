#!/bin/sh
# Make sure of a Chromium for the browser tests, or say plainly that they will be skipped.
set -eu

for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    if [ -n "$name" ] && command -v "$name" > /dev/null; then
        exit 0
    fi
done

if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    echo "Installing Chromium for the browser tests …"
    if { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium; } > /dev/null; then
        exit 0
    fi
fi

echo "There is no Chromium here, so the browser tests are skipped (on Debian: apt install chromium)."
if [ "${CI:-}" = true ]; then
    echo "In continuous integration that will not do."
    exit 1
fi
