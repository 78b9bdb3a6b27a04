#!/usr/bin/env bash
# Mirrors a disk of 2 GiB, every block of it allocated, from every storage form to every other, checks each copy by its SHA-256, and prints the peak of
# resident memory of each mirror by the command line as native code. Before, the same for a disk of 2040 GiB with three blocks, and a merge of a delta into it.
# Fails at 100 MiB.
# usage: benchmarks/memory/run.sh [MEBIBYTES OF DISK, default 2048] [FORM...]
# Forms: file, none, gzip, brotli (VHD directories), chacha20, aes-gcm (encrypted VHD directories with brotli); all of them by default.
# Needs qemu-img, openssl, zstd, clang or gcc, and three times the disk's size in $TMPDIR.
set -euo pipefail
cd "$(dirname "$0")/../.."
size=${1:-2048}
forms=("${@:2}")
(( ${#forms[@]} > 0 )) || forms=(file none gzip brotli chacha20 aes-gcm)

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
program=$folder/cli/mirror-backup tool=artifacts/bin/MirrorBackup.Benchmarks/release/MirrorBackup.Benchmarks
limit=100
export MIRRORBACKUP_PRINT_PEAK_MEMORY=1
export MEMORY_TEST_KEY=0123456789abcdef0123456789ABCDEF # of the golden remotes

vm=00000000-0000-4000-8000-000000000001 disk=00000000-0000-4000-8000-000000000002 job=00000000-0000-4000-8000-000000000003
declare -A peaks=()
failures=0

# Bytes that no compression or zero detection can shorten, the same in every run.
make_file() {
    local home=$folder/file/xo-vm-backups/$vm vhd=vdis/$job/$disk/20260105T010000Z.vhd
    mkdir -p "$home/$(dirname "$vhd")"
    head -c "${size}M" /dev/zero | openssl enc -aes-128-ctr -K 00 -iv 00 2> "$folder/openssl.log" > "$folder/raw"
    digest=$(sha256sum < "$folder/raw" | cut -d ' ' -f 1)
    qemu-img convert -f raw -O vpc -o subformat=dynamic,force_size=on "$folder/raw" "$home/$vhd"
    rm "$folder/raw"
    cat > "$home/20260105T010000Z.json" << JSON
{"jobId":"$job","scheduleId":"$job","mode":"delta","version":"2.0.0","timestamp":1767574800000,"size":$(stat -c %s "$home/$vhd"),
 "isVhdDifferencing":{"OpaqueRef:1":false},"vbds":{},"vifs":{},"vhds":{"OpaqueRef:1":"$vhd"},
 "vdis":{"OpaqueRef:1":{"uuid":"$disk","name_label":"large","virtual_size":$(( size << 20 )),"\$snapshot_of\$uuid":"$disk"}},
 "vm":{"uuid":"$vm","name_label":"large","tags":[]},"vmSnapshot":{"uuid":"$vm","name_label":"large"}}
JSON
}

options_of() {
    case $1 in
        file) ;;
        none | gzip | brotli) echo "?useVhdDirectory=true&vhdDirectoryCompression=$1" ;;
        chacha20 | aes-gcm) echo "?useVhdDirectory=true&encryptionKey=env:MEMORY_TEST_KEY" ;;
        *) echo "unknown form $1" >&2 && return 2 ;;
    esac
}

# A remote keeps the cipher that its two files name; these are from a golden remote, since new ones get the other cipher.
prepare() {
    mkdir "$folder/$2"
    [[ $1 != aes-gcm ]] || tar -xf tests/golden/sets/d3-enc-aes256gcm-delta.tar.zst -C "$folder/$2" encryption.json metadata.json
}

# mirror FORM FORM FOLDER: mirrors the folder named like the first form to a new folder in the second form.
mirror() {
    local from to start
    from=file://$folder/$1$(options_of "$1") to=file://$folder/$3$(options_of "$2")
    prepare "$2" "$3"
    start=$(date +%s%N)
    run "$from" "$to" 3
    local milliseconds=$(( ($(date +%s%N) - start) / 1000000 ))
    peaks[$1:$2]=$peak
    "$program" digest "$to" | grep -q "$digest" || verdict="wrong content"
    report "$1 -> $2: $peak MiB, $milliseconds ms"
}

# run URL URL RETENTION: sets peak and verdict.
run() {
    local log=$folder/log
    "$program" mirror --source "$1" --destination "$2" --mode incremental --retention "$3" > "$log" 2>&1 || { cat "$log" >&2; exit 1; }
    peak=$(( $(sed -n 's/^peak resident memory: \([0-9]*\) KiB$/\1/p' "$log") / 1024 )) verdict=ok
    (( peak < limit )) || verdict="$limit MiB or more"
}

report() {
    [[ $verdict == ok ]] || failures=$(( failures + 1 ))
    echo "$1: $verdict"
}

# A disk as large as a VHD can be, with three blocks and a delta of one; and the merge of that delta.
mirror_sparse() {
    "$tool" sample-sparse "$folder/sparse" 2040
    local form to
    for form in file brotli; do
        to=file://$folder/sparse-$form$(options_of "$form")
        run "file://$folder/sparse" "$to" 2
        report "2040 GiB, file -> $form: $peak MiB"
        [[ $form == file ]] || { run "$to" "file://$folder/sparse-back" 2; report "2040 GiB, $form -> file: $peak MiB"; }
        run "file://$folder/sparse" "$to" 1
        report "2040 GiB, merge of a delta, $form: $peak MiB"
    done
}

print_table() {
    echo "| peak MiB from \\ to |$(printf ' %s |' "${forms[@]}")"
    echo "|---|$(printf -- '---|%.0s' "${forms[@]}")"
    local from to row
    for from in "${forms[@]}"; do
        row="| $from |"
        for to in "${forms[@]}"; do
            row+=" ${peaks[$from:$to]} |"
        done
        echo "$row"
    done
}

benchmarks/publish-cli.sh "$folder/cli"
dotnet build benchmarks/MirrorBackup.Benchmarks -c Release -v q
mirror_sparse
make_file
for from in "${forms[@]}"; do
    [[ $from == file ]] || mirror file "$from" "$from"
    for to in "${forms[@]}"; do
        [[ $from == file && $to != file ]] && continue # measured where its copy is the source
        mirror "$from" "$to" copy
        rm -r "$folder/copy"
    done
    [[ $from == file ]] || rm -r "${folder:?}/$from"
done

print_table
(( failures == 0 ))
