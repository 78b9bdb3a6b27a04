#!/usr/bin/env bash
# Publishes the command line as one would install it to be fast: compiled to native code ahead of time, so that nothing is compiled while it is measured.
# usage: benchmarks/publish-cli.sh FOLDER
# Needs clang or gcc.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:?usage: benchmarks/publish-cli.sh FOLDER}

linker=clang
command -v clang > /dev/null || linker=gcc
dotnet publish samples/MirrorBackup.Cli -c Release -v q --use-current-runtime -p:PublishAot=true -p:CppCompilerAndLinker="$linker" -o "$folder" > /dev/null
