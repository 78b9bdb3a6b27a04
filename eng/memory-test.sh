#!/usr/bin/env bash
# Mirrors a VHD of 2 GiB, every block of it allocated, and prints the peak of resident memory (and fails above the limit).
# usage: eng/memory-test.sh [MEBIBYTES OF DISK, default 2048] [LIMIT IN MEBIBYTES, default 150]
# Needs qemu-img, openssl and twice the disk's size in $TMPDIR (three times while the disk is made).
set -euo pipefail
cd "$(dirname "$0")/.."
size=${1:-2048}
limit=${2:-150}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

vm=00000000-0000-4000-8000-000000000001 disk=00000000-0000-4000-8000-000000000002 job=00000000-0000-4000-8000-000000000003
home=$folder/source/xo-vm-backups/$vm
vhd=vdis/$job/$disk/20260105T010000Z.vhd

make_source() {
    mkdir -p "$home/$(dirname "$vhd")" "$folder/destination"
    # Bytes that no compression or zero detection can shorten, the same in every run.
    head -c "${size}M" /dev/zero | openssl enc -aes-128-ctr -K 00 -iv 00 2> "$folder/openssl.log" > "$folder/raw"
    qemu-img convert -f raw -O vpc -o subformat=dynamic,force_size=on "$folder/raw" "$home/$vhd"
    rm "$folder/raw"
    cat > "$home/20260105T010000Z.json" << JSON
{"jobId":"$job","scheduleId":"$job","mode":"delta","version":"2.0.0","timestamp":1767574800000,"size":$(stat -c %s "$home/$vhd"),
 "isVhdDifferencing":{"OpaqueRef:1":false},"vbds":{},"vifs":{},"vhds":{"OpaqueRef:1":"$vhd"},
 "vdis":{"OpaqueRef:1":{"uuid":"$disk","name_label":"large","virtual_size":$(( size << 20 )),"\$snapshot_of\$uuid":"$disk"}},
 "vm":{"uuid":"$vm","name_label":"large","tags":[]},"vmSnapshot":{"uuid":"$vm","name_label":"large"}}
JSON
}

make_source
dotnet build samples/MirrorBackup.Cli -c Release -v q
program=artifacts/bin/MirrorBackup.Cli/release/mirror-backup

start=$(date +%s%N)
MIRRORBACKUP_PRINT_PEAK_MEMORY=1 "$program" mirror --source "file://$folder/source" --destination "file://$folder/destination" \
    --mode incremental --retention 3 2> "$folder/log" || { cat "$folder/log" >&2; exit 1; }
seconds=$(( ($(date +%s%N) - start) / 1000000 ))
peak=$(sed -n 's/^peak resident memory: \([0-9]*\) KiB$/\1/p' "$folder/log")

copy=$(find "$folder/destination" -name '*.vhd')
qemu-img compare -f vpc -F vpc "$home/$vhd" "$copy"
echo "mirrored $size MiB in $seconds ms, peak resident memory $(( peak / 1024 )) MiB (limit $limit MiB)"
(( peak / 1024 < limit ))
