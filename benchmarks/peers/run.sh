#!/usr/bin/env bash
# Does the same work by the command line and by ready-made tools, whole process and made durable, and prints a table with the medians and their ratios.
# usage: benchmarks/peers/run.sh [MEBIBYTES, default 1024] [ROUNDS, default 5] [PATTERN of the rows, default all]
# The two sides take turns in each round; the files that are read are in the page cache. Needs openssl, qemu-img, GNU time and clang or gcc, and six times the bytes in $TMPDIR.
set -euo pipefail
cd "$(dirname "$0")/../.."
size=${1:-1024} rounds=${2:-5} pattern=${3:-.}
blocks=$(( size / 2 ))

folder=$(mktemp -d) memory=$(mktemp -p /dev/shm)
trap 'rm -rf "$folder" "$memory"' EXIT
cli=$folder/cli/mirror-backup
tool=$PWD/artifacts/bin/MirrorBackup.Benchmarks/release/MirrorBackup.Benchmarks
export PEER_KEY=0123456789abcdef0123456789ABCDEF OTHER_KEY=fedcba9876543210fedcba9876543210
brotli='?useVhdDirectory=true&vhdDirectoryCompression=brotli' none='?useVhdDirectory=true&vhdDirectoryCompression=none'
key='encryptionKey=env:PEER_KEY' other='encryptionKey=env:OTHER_KEY'

benchmarks/publish-cli.sh "$folder/cli"
dotnet build benchmarks/MirrorBackup.Benchmarks -c Release -v q > /dev/null

# mirror MODE SOURCE RETENTION DESTINATION...
mirror() {
    local destinations=() url
    for url in "${@:4}"; do destinations+=(--destination "file://$folder/$url"); done
    "$cli" mirror --mode "$1" --source "file://$folder/$2" --retention "$3" "${destinations[@]}" --json
}

# Free memory goes back to the host of a virtual machine after some seconds, and is slow to get again: both sides find as much as they need, just used.
warm_memory() {
    head -c "$(( size * 2 + 256 ))M" /dev/zero > "$memory"
    : > "$memory"
}

# timed NAME COMMAND...: wall seconds, processor seconds and peak MiB of a whole process tree.
timed() {
    sync "$folder"
    warm_memory
    /usr/bin/time -o "$folder/time" -f '%e %U %S %M' "${@:2}" > "$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
    awk '{ print $1, $2 + $3, $4 / 1024 }' "$folder/time" >> "$folder/times-$1"
}

# The median of a column.
median() { sort -g -k "$2,$2" "$folder/times-$1" | awk -v column="$2" '{ value[NR] = $column } END { print value[int((NR + 1) / 2)] }'; }

# What was written is emptied and stays to the end: some file systems are slow to make files for minutes after many were removed.
put_away() {
    find "$folder/out" -type f -exec truncate -s 0 {} +
    mv "$folder/out" "$folder/old-$(( ++away ))"
}
away=0

# row NAME TARGET FLOOR-COMMAND OUR-COMMAND: the target is what the floor takes, divided by what we take. "$out" is a new folder each time.
row() {
    [[ $1 =~ $pattern ]] || return 0
    rm -f "$folder"/times-*
    local round out=$folder/out
    for (( round = 0; round <= rounds; round++ )); do
        for side in floor ours; do
            mkdir "$out"
            [[ -z ${5:-} ]] || bash -c "$5"
            if [[ $side == floor ]]; then timed floor bash -c "$3"; else timed ours bash -c "$4"; fi
            put_away
        done
        (( round > 0 )) || rm "$folder"/times-* # the first round warms up
    done
    awk -v name="$1" -v target="$2" -v floor="$(median floor 1)" -v ours="$(median ours 1)" -v cpu="$(median ours 2)" -v floorCpu="$(median floor 2)" -v peak="$(median ours 3)" -v size="$size" \
        'BEGIN { printf "| %s | %.2f | %.1f | %.2f | %.1f | %.0f | %.2f | %s |\n", name, floor, floorCpu, ours, cpu, peak, floor / ours, target }'
}

export folder cli tool none brotli key other size
export -f mirror
"$tool" sample "$folder/file" "$blocks"
vhd=$(find "$folder/file" -name '*.vhd')
mirror incremental file 5 "none$none" > /dev/null
mirror incremental file 5 "brotli$brotli" > /dev/null
mirror incremental file 5 "chacha$brotli&$key" > /dev/null
mirror incremental file 5 "chacha-none$none&$key" > /dev/null
"$tool" sample-archive "$folder/archive" "$size"
xva=$(find "$folder/archive" -name '*.xva')
mirror full archive 5 "archive-chacha?$key" > /dev/null
stored=$(find "$folder/archive-chacha" -name '*.xva')
export vhd xva stored
data=$(find "$folder/brotli" -name data -type d)
export data

echo "| work, $size MiB | floor s | floor CPU s | ours s | ours CPU s | peak MiB | floor / ours | target |"
echo "|---|---|---|---|---|---|---|---|"
copy='cp "$vhd" "$folder/out/copy" && sync "$folder/out/copy"'
tree() { echo "cp -r \"\$folder/$1\" \"\$folder/out/copy\" && sync -f \"\$folder/out/copy\""; }
row 'VHD file to VHD file (`cp` and flush)' '≥ 1.3' "$copy" 'mirror incremental file 5 out'
row 'VHD file to VHD file (`qemu-img convert` and flush)' '' 'qemu-img convert -O vpc "$vhd" "$folder/out/copy" && sync "$folder/out/copy"' 'mirror incremental file 5 out'
row 'to two destinations (two copies, one after the other)' '≥ 0.87' "$copy; ${copy//out\/copy/out\/copy2}" 'mirror incremental file 5 out/a out/b'
row 'to a directory, not compressed (`cp` and flush)' '≥ 1.1' "$copy" 'mirror incremental file 5 "out$none"'
row 'to a directory, brotli (the codec, 2 threads)' '≥ 0.6' '"$tool" floor-encode "$vhd"' 'mirror incremental file 5 "out$brotli"'
row 'to an encrypted directory, brotli (the codec, 2 threads)' '≥ 0.6' '"$tool" floor-encode "$vhd"' 'mirror incremental file 5 "out$brotli&$key"'
row 'to an encrypted directory, not compressed (`cp` and flush)' '≥ 1.1' "$copy" 'mirror incremental file 5 "out$none&$key"'
row 'directory, brotli, to VHD file (the decoder, 2 threads)' '≥ 0.5' '"$tool" floor-decode "$data"' 'mirror incremental brotli 5 out'
row 'encrypted directory to another key (`cp -r` and flush)' '≥ 1.0' "$(tree chacha-none)" 'mirror incremental "chacha-none?$key" 5 "out$none&$other"'
row 'encrypted directory, same key (`cp -r` and flush)' '≥ 1.1' "$(tree chacha-none)" 'mirror incremental "chacha-none?$key" 5 "out$none&$key"'
row 'encrypted directory, brotli, to another key (likewise)' '≥ 1.0' "$(tree chacha)" 'mirror incremental "chacha?$key" 5 "out$brotli&$other"'
row 'encrypted directory, brotli, same key (likewise)' '≥ 1.1' "$(tree chacha)" 'mirror incremental "chacha?$key" 5 "out$brotli&$key"'
row 'archive to clear (MD5 alone)' '≥ 0.85' 'openssl dgst -md5 "$xva"' 'mirror full archive 5 out'
row 'archive to encrypted (`cp` and flush)' '≥ 0.9' "${copy//vhd/xva}" 'mirror full archive 5 "out?$key"'
row 'encrypted archive, same key (`cp` and flush)' '≥ 1.1' "${copy//vhd/stored}" 'mirror full "archive-chacha?$key" 5 "out?$key"'
row 'encrypted archive to another cipher (both one-shot ciphers)' '≥ 0.7' '"$tool" floor-recrypt "$xva" 1' 'mirror full "archive-chacha?$key" 5 "out?$other&encryptionAlgorithm=aes-256-gcm"'
row 'encrypted archive to another cipher (both ciphers, 2 threads)' '' '"$tool" floor-recrypt "$xva" 2' 'mirror full "archive-chacha?$key" 5 "out?$other&encryptionAlgorithm=aes-256-gcm"'

# Merges: a prepared destination, of which each round takes a copy.
deltas() {
    rm -rf "$folder/chain" "$folder"/merge-*
    "$tool" sample-deltas "$folder/chain" "$@" > /dev/null
    mirror incremental chain 20 merge-file "merge-dir$none" > /dev/null
}
# written BLOCKS SEEK: so many blocks written to the oldest disk, at the block SEEK, where the merge writes them, too: over some of its blocks, and behind its end.
written() { echo "dd if=\"\$vhd\" of=\"\$(oldest)\" bs=2M count=$1 seek=$2 conv=notrunc,fsync status=none"; }
in_place() { echo "dd if=\"\$vhd\" of=\"\$folder/out/base\" bs=2M count=$1 conv=notrunc,fsync status=none"; }
disks() { find "$folder/out" -name '*.vhd' -size +64k | sort; }
oldest() { disks | head -n 1; }
remove_others() { disks | tail -n +2 | xargs rm; }
export -f disks oldest remove_others
if [[ "merge of one delta merge of ten deltas" =~ $pattern || $pattern == merge* ]]; then
    prepare_files='cp -r "$folder/merge-file/." "$folder/out" && sync -f "$folder/out"'
    prepare_directories='cp -r "$folder/merge-dir/." "$folder/out" && cp "$vhd" "$folder/out/base" && sync -f "$folder/out"'
    deltas 200 100
    row 'merge of one delta, 200 MiB, VHD files (its blocks written and flushed)' '≥ 0.8' "$(written 100 150)" 'mirror incremental chain 1 out' "$prepare_files"
    row 'merge of one delta, 200 MiB, VHD files (likewise, and the delta removed)' '' "$(written 100 150); remove_others" 'mirror incremental chain 1 out' "$prepare_files"
    row 'merge of one delta, 200 MiB, VHD directories (the bytes in place and flush)' '' "$(in_place 100)" 'mirror incremental chain 1 "out$none"' "$prepare_directories"
    deltas 64 64 64 64 64 64 64 64 64 64 64
    row 'merge of ten deltas, 1280 MiB, 704 MiB survive, VHD files (the blocks that survive written and flushed)' '≥ 0.8' "$(written 352 32)" 'mirror incremental chain 1 out' "$prepare_files"
    row 'merge of ten deltas, 1280 MiB, 704 MiB survive, VHD files (likewise, and the deltas removed)' '' "$(written 352 32); remove_others" 'mirror incremental chain 1 out' "$prepare_files"
    row 'merge of ten deltas, 640 block files, VHD directories (the bytes in place and flush)' '' "$(in_place 352)" 'mirror incremental chain 1 "out$none"' "$prepare_directories"
fi
