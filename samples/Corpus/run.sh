#!/usr/bin/env bash
# 1 GiB of mixed real text goes in by one client and comes out by another, and the checksums are compared.
#
#   bash samples/Corpus/run.sh [MEBIBYTES]        default: 1024
#
# The text is this machine's own documentation (manuals, packages' docs, API docs; compressed ones unpacked), taken again from
# the start until there is enough. In by the actorbroker tool and out by kcat, then in by kcat and out by the tool. The script
# starts its own broker on a free port with its data in a temporary folder, and removes both.
set -euo pipefail
cd "$(dirname "$0")/../.."
mebibytes=${1:-1024}
bytes=$((mebibytes * 1024 * 1024))
command -v kcat >/dev/null || { echo "kcat is needed as the second client: apt-get install kcat" >&2; exit 1; }

work=$(mktemp -d)
broker=
cleanup() {
    if [ -n "$broker" ]; then kill "$broker" 2>/dev/null || true; wait "$broker" 2>/dev/null || true; fi
    rm -rf "$work"
}
trap cleanup EXIT

echo "collecting $mebibytes MiB of text ..."
find /usr/share/doc /usr/share/man /usr/share/dotnet /usr/share/perl /usr/lib/python3 /usr/include -type f \
    \( -name '*.gz' -o -name '*.txt' -o -name '*.html' -o -name '*.xml' -o -name '*.md' -o -name '*.py' -o -name '*.h' \
       -o -name '*.pod' -o -name 'copyright' -o -name 'changelog*' -o -name 'README*' \) 2>/dev/null | sort > "$work/list"
{ while [ "$(stat -c %s "$work/text" 2>/dev/null || echo 0)" -lt "$bytes" ]; do
    xargs -d '\n' zcat -qf < "$work/list" >> "$work/text" 2>/dev/null || true
    [ -s "$work/text" ] || { echo "no text found on this machine" >&2; exit 1; }
done; }
head -c "$bytes" "$work/text" > "$work/corpus"
rm "$work/text"
sum=$(sha256sum < "$work/corpus" | cut -d ' ' -f 1)
echo "$(wc -l < "$work/list") files, sha256 $sum"

dotnet build src/ActorBroker.Server -c Release -v quiet --nologo
dotnet build src/ActorBroker.Cli -c Release -v quiet --nologo
server=src/ActorBroker.Server/bin/Release/net10.0/ActorBroker.Server.dll
tool="dotnet src/ActorBroker.Cli/bin/Release/net10.0/actorbroker.dll"

dotnet "$server" --listeners=PLAINTEXT://127.0.0.1:0 --log.dirs="$work/data" > "$work/broker.log" 2>&1 &
broker=$!
for _ in $(seq 100); do
    at=$(grep -o '127\.0\.0\.1:[0-9]*' "$work/broker.log" | head -n 1) && break
    kill -0 "$broker" 2>/dev/null || { cat "$work/broker.log" >&2; exit 1; }
    sleep 0.1
done

timed() { # a label, then a command
    local label=$1 begin end
    shift
    begin=$(date +%s%N)
    "$@"
    end=$(date +%s%N)
    awk -v label="$label" -v ns=$((end - begin)) -v mib="$mebibytes" \
        'BEGIN { printf "%-34s %6.2f s  %6.0f MiB/s\n", label, ns / 1e9, mib / (ns / 1e9) }'
}
check() { # a label and a file
    local got
    got=$(sha256sum < "$2" | cut -d ' ' -f 1)
    [ "$got" = "$sum" ] || { echo "$1: the checksum is $got, not $sum" >&2; exit 1; }
}
kcat_out() { kcat -C -b "$at" -t "$1" -p 0 -o beginning -e -q -f '%s' > "$work/copy"; }
kcat_in() {
    # kcat sends each file as one record, so the corpus is cut into files whose names sort in order.
    split -b 512K -a 6 "$work/corpus" "$work/part."
    find "$work" -name 'part.*' | sort | xargs -n 512 kcat -P -b "$at" -t "$1" -p 0 -X acks=all -X queue.buffering.max.kbytes=65536
    find "$work" -name 'part.*' -delete
}

$tool topics create corpus-a --partitions 1 --bootstrap "$at" > /dev/null
$tool topics create corpus-b --partitions 1 --bootstrap "$at" > /dev/null
timed "in:  actorbroker produce" $tool produce --topic corpus-a --input "$work/corpus" --bootstrap "$at" --quiet
timed "out: kcat" kcat_out corpus-a
check "in by actorbroker, out by kcat" "$work/copy"
timed "in:  kcat (with cutting the file)" kcat_in corpus-b
timed "out: actorbroker consume" $tool consume --topic corpus-b --output "$work/copy" --from-beginning --exit-at-end \
    --force --bootstrap "$at" --quiet
check "in by kcat, out by actorbroker" "$work/copy"
echo "equal checksums both ways"
