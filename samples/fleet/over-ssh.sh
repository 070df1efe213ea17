#!/bin/sh
# over-ssh.sh FLEET HOST...: the accounts of a planned fleet on several hosts that see its folder at the same path.
# Each host takes its share and works on eight accounts at once. Started once more, it goes on with what is open.
set -eu
[ "$#" -ge 2 ] || { echo "usage: $0 FLEET HOST..." >&2; exit 2; }
fleet=$(cd "$1" && pwd)
shift
hosts=$#
number=0
pids=
for host in "$@"; do
    # Of all accounts, in the order of their names, every `hosts`th one. The quotes are for the shell over there.
    find "$fleet/plans" -name '*.json' -exec basename {} .json \; | LC_ALL=C sort |
        awk -v n="$hosts" -v i="$number" 'NR % n == i' |
        ssh -o BatchMode=yes "$host" "cd '$fleet/../..' && xargs -P 8 -I NAME \
            batch-update fleet shard NAME --fleet '$fleet' --local \"\$HOME/.local/state/batch-update/shards\"" &
    pids="$pids $!"
    number=$((number + 1))
done
status=0
for pid in $pids; do
    wait "$pid" || status=1
done
[ "$status" -eq 0 ] || echo "not all accounts are done: batch-update fleet status '$fleet'" >&2
exit "$status"
