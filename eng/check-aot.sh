#!/usr/bin/env bash
# Publishes the smoke test with native AOT, which trims and compiles the libraries whole, and runs it.
# usage: eng/check-aot.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:?usage: eng/check-aot.sh FOLDER}

linker=clang
command -v clang > /dev/null || linker=gcc
dotnet publish tests/MirrorBackup.AotSmoke -c Release -v q --use-current-runtime -p:CppCompilerAndLinker="$linker" -o "$folder"
"$folder/MirrorBackup.AotSmoke"
