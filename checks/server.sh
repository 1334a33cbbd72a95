#!/bin/sh
# Make sure of a server for the tests that ask a real one, or say plainly that they will be skipped. The
# tests start their own on loopback; the service that Debian’s package brings stays off.
#   sh checks/server.sh PROGRAM PACKAGE "the tests that want it"
set -eu

export PATH="$PATH:/usr/sbin"
program=$1 package=$2 tests=$3

if command -v "$program" > /dev/null; then
    exit 0
fi

if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    echo "Installing $package for $tests …"
    # A package asks this file whether its service may be started (101: no). One that is there stays.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
        trap 'rm -f $policy' EXIT
        printf '#!/bin/sh\nexit 101\n' > $policy
        chmod 755 $policy
    fi
    if { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-remove --no-install-recommends "$package"; } > /dev/null; then
        # On a machine with systemd, not at its next start either.
        if command -v systemctl > /dev/null; then systemctl disable "$program" > /dev/null 2>&1 || true; fi
        exit 0
    fi
fi

echo "There is no $program here, so $tests are skipped (on Debian: apt install $package)."
if [ "${CI:-}" = true ]; then
    echo "In continuous integration that will not do."
    exit 1
fi
