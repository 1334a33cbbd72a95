#!/bin/sh
# Make sure of a Postfix for the tests through a real mail server, or say plainly that they will be skipped.
set -eu

tests="the tests through a real mail server"
if [ "$(id -u)" != 0 ]; then
    echo "Only root can start a Postfix, so $tests are skipped."
    if [ "${CI:-}" = true ]; then
        echo "In continuous integration that will not do."
        exit 1
    fi
    exit 0
fi
if command -v debconf-set-selections > /dev/null; then
    # Unconfigured it is no mail server, and another one that is here already must not go for it.
    echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections || true
fi
exec sh "$(dirname "$0")/server.sh" postfix postfix "$tests"
