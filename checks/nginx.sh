#!/bin/sh
# Make sure of an nginx for the tests that the example of a proxy holds, or say plainly that they will
# be skipped. The tests start their own on loopback; the service that Debian’s package brings stays off.
set -eu

export PATH="$PATH:/usr/sbin"

if command -v nginx > /dev/null; then
    exit 0
fi

if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    echo "Installing nginx for the tests through a real proxy …"
    # A package asks this file whether its service may be started (101: no). One that is there stays.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
        trap 'rm -f $policy' EXIT
        printf '#!/bin/sh\nexit 101\n' > $policy
        chmod 755 $policy
    fi
    if { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-remove --no-install-recommends nginx-light; } > /dev/null; then
        # On a machine with systemd, not at its next start either.
        if command -v systemctl > /dev/null; then systemctl disable nginx > /dev/null 2>&1 || true; fi
        exit 0
    fi
fi

echo "There is no nginx here, so the tests through a real proxy are skipped (on Debian: apt install nginx)."
if [ "${CI:-}" = true ]; then
    echo "In continuous integration that will not do."
    exit 1
fi
