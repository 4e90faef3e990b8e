#!/usr/bin/env bash
# Builds the RPM package from a tree of files.
#   release/packages/rpm.sh TREE ARCH VERSION FOLDER LIBRARIES_JSON
set -euo pipefail
tree=$1 arch=$2 version=$3 folder=$4 libraries=$5
spec=$(cd "$(dirname "$0")" && pwd)/penstock.spec
license=$(python3 -c 'import json, sys
licenses = {library["license"] for library in json.load(open(sys.argv[1]))}
print(" AND ".join(["Apache-2.0", *sorted(licenses - {"Apache-2.0"})]))' "$libraries")

temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
rpmbuild --quiet -bb --target "$arch-linux" --define "_topdir $temporary" --define "_rpmdir $temporary" \
  --define "_dbpath $temporary/db" --define "_rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm" \
  --define "penstock_tree $tree" --define "penstock_version $version" --define "penstock_license $license" \
  "$spec" >"$temporary/log" 2>&1 || { cat "$temporary/log" >&2; exit 1; }
mv "$temporary/penstock-$version-1.$arch.rpm" "$folder/"
