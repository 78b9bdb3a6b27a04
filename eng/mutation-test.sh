#!/usr/bin/env bash
# Removes each flush and each look at a lock, and swaps each two adjacent steps of commits, removals and merges, one at a time, and runs the simulation on
# each of these mutants. Prints a line per mutant and the totals; fails if a mutant survives.
# usage: eng/mutation-test.sh [FOLDER for the mutated copy, default a temporary one] [FIRST-LAST, default all]
# MUTATION_TESTS: "order" for the order of writes only (minutes), "crash" for crashes only, "order crash" (default) for both (hours on two cores).
# MUTATION_JOBS: how many mutants at once, default 2. MUTATION_TIMEOUT: seconds for each test of a mutant, default 600; one that hangs is killed.
set -euo pipefail
cd "$(dirname "$0")/.."
if (( $# > 0 )); then
    folder=$(realpath "$1") && mkdir -p "$folder"
else
    folder=$(mktemp -d) && trap 'rm -rf "$folder"' EXIT
fi
range=${2:-1-99999}
read -ra tests <<< "${MUTATION_TESTS:-order crash}"

program=$folder/artifacts/bin/MirrorBackup.Simulation.Tests/debug/MirrorBackup.Simulation.Tests
if [[ ! -x $program ]]; then
    git ls-files -z | tar --null -T - -cf - | tar -xf - -C "$folder"
    dotnet run eng/mutants.cs -- "$folder"
    dotnet build "$folder/tests/MirrorBackup.Simulation.Tests" -v q -p:TreatWarningsAsErrors=false -p:EnforceCodeStyleInBuild=false -p:RunAnalyzers=false \
        > "$folder/build.log" 2>&1 || { cat "$folder/build.log" >&2; exit 2; }
fi

export program folder MIRRORBACKUP_SIMULATION_SHUFFLES=6
export MIRRORBACKUP_SIMULATION_SETTINGS='doc-delta 4;doc-delta-vhddir 4;doc-full 4;disk-resized 2;ret-1 2;interrupted-transfer 2;interrupted-merge-dir-blocks 4;interrupted-merge-dir-cleanup 4;interrupted-merge-file-blocks 4;interrupted-merge-file-cleanup 4'

# Prints the name of the test, and whether it fails with the mutant.
run_test() {
    local filter code=0
    case $2 in
        order) filter=(--filter-class '*OrderTests' --filter-class '*SimulatedDiskTests') ;;
        crash) filter=(--filter-method '*Crash_AtEveryOperation_LosesNothing') ;;
        *) echo "unknown test $2" >&2; return 2 ;;
    esac
    MIRRORBACKUP_MUTANT=$1 timeout -k 5 "${MUTATION_TIMEOUT:-600}" "$program" "${filter[@]}" --stop-on-fail on > "$folder/log-$1-$2.txt" 2>&1 || code=$?
    case $code in
        0) echo "$2:survived" ;;
        2) echo "$2:killed" ;;
        124 | 137) echo "$2:hung" ;;
        *) echo "$2:killed ($code)" ;;
    esac
}

run_mutant() {
    local line=$1 number results=()
    number=${line%%$'\t'*}
    for test in "${@:2}"; do
        results+=("$(run_test "$number" "$test")")
    done
    printf '%s\t%s\n' "$line" "${results[*]}"
}
export -f run_test run_mutant

# The copy itself has to pass: what fails without a mutant says nothing about one.
unchanged=$(run_mutant 0 "${tests[@]}")
[[ $unchanged != *:killed* && $unchanged != *:hung* ]] || { echo "fails without a mutant: $unchanged, see $folder" >&2; exit 2; }

awk -F '\t' -v first="${range%-*}" -v last="${range#*-}" '$1 >= first && $1 <= last' "$folder/mutants.txt" \
    | xargs -d '\n' -P "${MUTATION_JOBS:-2}" -I {} bash -c 'run_mutant "$@"' - {} "${tests[@]}" | tee "$folder/results.txt"

for group in barrier lock swap; do
    awk -F '\t' -v group="$group" '$2 == group { all++; killed += $5 ~ /killed|hung/; order += $5 ~ /order:(killed|hung)/; crash += $5 ~ /crash:(killed|hung)/ }
        END { printf "%s: %d killed of %d (by the order of writes %d, by crashes %d)\n", group, killed, all, order, crash }' "$folder/results.txt"
done
survivors=$(grep -cvE ':(killed|hung)' "$folder/results.txt" || true)
echo "$(( $(wc -l < "$folder/results.txt") - survivors )) killed of $(wc -l < "$folder/results.txt")"
(( survivors == 0 ))
