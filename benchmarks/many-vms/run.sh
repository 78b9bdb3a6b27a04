#!/usr/bin/env bash
# Measures whole processes on a repository of many small VMs: the first mirror of it, and runs with nothing to do, each beside the least that the storage can do.
# usage: benchmarks/many-vms/run.sh [RUNS, default 5] [VMS, default 100] [BACKUPS, default 30] [DISKS, default 2]
# The copies are removed at the end only: on ext4 new files are slow to make for minutes after many were removed. Needs 0.6 GB in $TMPDIR for each first mirror
# and as much for what it is compared with; needs clang or gcc.
set -euo pipefail
cd "$(dirname "$0")/../.."
runs=${1:-5} vms=${2:-100} backups=${3:-30} disks=${4:-2}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
program=$folder/cli/mirror-backup
tool=artifacts/bin/MirrorBackup.Benchmarks/release/MirrorBackup.Benchmarks

mirror() { "$program" mirror --source "file://$folder/source" --destination "file://$folder/$1" --mode incremental --retention "$backups" "${@:2}" > "$folder/log"; }

# milliseconds COMMAND...: of the whole process, unless it prints its own
milliseconds() {
    local start
    start=$(date +%s%N)
    "$@" > "$folder/out"
    if [[ $1 == flush ]]; then cat "$folder/out"; else echo $(( ($(date +%s%N) - start) / 1000000 )); fi
}

median() { sort -n | sed -n "$(( (runs + 1) / 2 ))p"; }

# list: the names, lengths and times of all that the two repositories have.
list() { find "$folder/source/xo-vm-backups" "$folder/first-1/xo-vm-backups" -printf '%p %s %T@\n'; }

# compare NAME COMMAND NAME COMMAND: in turn, so that what else the machine does strikes both alike; %d in a command is the number of the run.
compare() {
    local run i
    for (( run = 1; run <= runs; run++ )); do
        for (( i = 1; i < $#; i += 2 )); do
            local name=${!i} next=$(( i + 1 ))
            local command=${!next//%d/$run}
            sync
            milliseconds $command >> "$folder/$name.ms"
        done
    done
    for (( i = 1; i < $#; i += 2 )); do
        local name=${!i}
        echo "$name: median $(median < "$folder/$name.ms") ms of $(tr '\n' ' ' < "$folder/$name.ms")"
    done
}

benchmarks/publish-cli.sh "$folder/cli"
dotnet build benchmarks/MirrorBackup.Benchmarks -c Release -v q
"$tool" sample-many-vms "$folder/source" "$vms" "$backups" "$disks"
for (( run = 1; run <= runs; run++ )); do
    mkdir "$folder/first-$run" "$folder/flushed-$run" "$folder/flushed-more-$run"
done

flush() { "$tool" floor-flush "$folder/source/xo-vm-backups" "$folder/$1" "$2"; }
compare first-mirror "mirror first-%d" flushed-2-at-once "flush flushed-%d 2" flushed-8-at-once "flush flushed-more-%d 8"

# Young files are never relied upon, so that the first of these reads everything and notes that there was nothing to do.
find "$folder/first-1" -exec touch -d '1 hour ago' {} +
echo "nothing to do, not noted yet: $(milliseconds mirror first-1) ms"
compare nothing-to-do "mirror first-1" process-start "$program --version" listed "list"
grep -q "^up to date: $vms VMs" "$folder/log" || { tail -n 3 "$folder/log" >&2; exit 1; }
