#!/bin/sh
# Back the board up into FOLDER and keep the newest COUNT: deploy/backup.sh FOLDER COUNT
# Old ones go only after a new one is whole, so that a board that can’t be backed up loses none.
set -eu

folder=$1
keep=$2
cd "$(dirname "$0")/.."

file="$folder/bothways-$(date -u +%Y-%m-%dT%H%M%SZ).backup"
.venv/bin/python -m flask backup "$file"

# What a backup that was killed left there has addresses in it, too.
rm -f -- "$folder"/.bothways-*Z.backup.part

# The names sort by time. What else lies there is left alone.
ls "$folder" | grep '^bothways-[-0-9T]*Z\.backup$' | sort -r | tail -n +"$((keep + 1))" |
    while read -r old; do rm -- "$folder/$old"; done
