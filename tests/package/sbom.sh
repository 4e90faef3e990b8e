#!/usr/bin/env bash
# Checks an SBOM with the validator of the Python package spdx-tools, that it lists every static library with its version,
# license, and package URL, and that the tarball next to it has the license texts of these libraries.
#   tests/package/sbom.sh SPDX_JSON LIBRARIES_JSON VALIDATOR
set -euo pipefail
sbom=$1 libraries=$2 validator=$3
[[ -x $validator ]] || { echo "skipped: no validator (pip install spdx-tools)"; exit 77; }
"$validator" --infile "$sbom"
diff <(jq -r '.[] | .name + " " + .version + " " + .license' "$libraries" | sort) \
  <(jq -r '.packages[] | select(.name != "penstock") | .name + " " + .versionInfo + " " + .licenseDeclared' "$sbom" | sort)
[[ $(jq '[.packages[] | select(.externalRefs | any(.referenceType == "purl") | not)] | length' "$sbom") -eq 0 ]] ||
  { echo "a package of $sbom has no package URL" >&2; exit 1; }
[[ $(jq '[.relationships[] | select(.relationshipType == "STATIC_LINK")] | length' "$sbom") -eq $(jq length "$libraries") ]]
diff <(jq -r '.[].license_texts[]' "$libraries" | sort) \
  <(tar -tzf "${sbom%.spdx.json}.tar.gz" | sed -n 's,.*/share/doc/penstock/\(licenses/.*[^/]\)$,\1,p' | sort)
echo "$(jq '.packages | length' "$sbom") packages"
