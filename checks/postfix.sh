#!/bin/sh
# Make sure of a Postfix for the test that a real mail server passes, or say plainly that it will be
# skipped. The test starts its own on loopback; the service that Debian’s package brings stays off.
set -eu

export PATH="$PATH:/usr/sbin"
missing="There is no Postfix here (on Debian: apt install postfix)"

if [ "$(id -u)" != 0 ]; then
    missing="Only root can start a Postfix"
elif command -v postfix > /dev/null; then
    exit 0
elif command -v apt-get > /dev/null; then
    echo "Installing Postfix for the test through a real mail server …"
    # A package asks this file whether its service may be started (101: no). One that is there stays.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
        trap 'rm -f $policy' EXIT
        printf '#!/bin/sh\nexit 101\n' > $policy
        chmod 755 $policy
    fi
    # Unconfigured it is no mail server, and another one that is here already must not go for it.
    echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections || true
    if { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-remove --no-install-recommends postfix; } > /dev/null; then
        # On a machine with systemd, not at its next start either.
        if command -v systemctl > /dev/null; then systemctl disable postfix > /dev/null 2>&1 || true; fi
        exit 0
    fi
fi

echo "$missing, so the test through a real mail server is skipped."
if [ "${CI:-}" = true ]; then
    echo "In continuous integration that will not do."
    exit 1
fi
