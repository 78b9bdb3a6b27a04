#!/usr/bin/env bash
# Packs the libraries into a folder and checks that each package holds what its page and its users need.
# usage: eng/check-packages.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:?usage: eng/check-packages.sh FOLDER}

fail() { echo "check-packages: $*" >&2; exit 1; }

dotnet pack -c Release -v q -o "$folder"

for project in src/*/*.csproj; do
    id=$(basename "$project" .csproj)
    package=$(find "$folder" -name "$id.[0-9]*.nupkg")
    symbols=$(find "$folder" -name "$id.[0-9]*.snupkg")
    [[ -f $package ]] || fail "$id: no package"
    [[ -f $symbols ]] || fail "$id: no symbol package"
    names=$(7zz l -ba -slt "$package" | sed -n 's/^Path = //p')
    for wanted in README.md icon.png "lib/net10.0/$id.dll" "lib/net10.0/$id.xml"; do
        grep -qxF "$wanted" <<< "$names" || fail "$id: $wanted is not in the package"
    done
    7zz l -ba -slt "$symbols" | grep -qxF "Path = lib/net10.0/$id.pdb" || fail "$id: no symbols in the symbol package"
    nuspec=$(7zz e -so "$package" "$id.nuspec")
    for wanted in '<readme>README.md</readme>' '<icon>icon.png</icon>' '<license type="expression">MIT</license>' '<description>' '<tags>'; do
        grep -qF "$wanted" <<< "$nuspec" || fail "$id: the nuspec has no $wanted"
    done
done
echo "check-packages: $(find "$folder" -name '*.nupkg' | wc -l) packages are complete"
