#!/usr/bin/env python3
"""Prints the SBOM of a release build: an SPDX 2.3 document with Penstock and the libraries that are linked into it. It
depends only on the arguments and on SOURCE_DATE_EPOCH.

usage: sbom.py LIBRARIES_JSON ARCH VERSION
"""

import datetime
import json
import os
import pathlib
import re
import sys
import urllib.parse
import uuid

PURL_TYPES = {"crates": "cargo", "pypi": "pypi"}


def purl(kind, name, version):
    """Returns the package URL, as https://github.com/package-url/purl-spec defines it."""
    return f"pkg:{kind}/{urllib.parse.quote(name, safe='')}@{urllib.parse.quote(version, safe='')}"


def package(name, version, license_id, **more):
    return {
        "SPDXID": "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name),
        "name": name,
        "versionInfo": version,
        "licenseConcluded": license_id,
        "licenseDeclared": license_id,
        "copyrightText": "NOASSERTION",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        **more,
    }


def library_package(library):
    source = library["source"]
    source_name, source_version = source["package"].split("==")
    purls = [
        purl("generic", library["name"].replace(" ", "-"), library["version"]),
        purl(PURL_TYPES[source["registry"]], source_name, source_version),
    ]
    return package(
        library["name"],
        library["version"],
        library["license"],
        primaryPackagePurpose="LIBRARY",
        sourceInfo=f"built from {source['package']} ({source['registry']}), SHA-256 {source['sha256']}",
        externalRefs=[
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": locator}
            for locator in purls
        ],
    )


def document(libraries, arch, version, created):
    name = f"penstock-{version}-linux-{arch}"
    penstock = package(
        "penstock",
        version,
        "Apache-2.0",
        primaryPackagePurpose="APPLICATION",
        supplier="Organization: The Penstock project",
        externalRefs=[
            {
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": purl("generic", "penstock", version) + f"?arch={arch}",
            }
        ],
    )
    linked = [library_package(library) for library in libraries]
    identity = uuid.uuid5(uuid.NAMESPACE_OID, json.dumps([name, created, linked], sort_keys=True))
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": name,
        "documentNamespace": f"https://spdx.org/spdxdocs/{name}-{identity}",
        "creationInfo": {"created": created, "creators": ["Organization: The Penstock project"]},
        "packages": [penstock, *linked],
        "relationships": [
            {
                "spdxElementId": "SPDXRef-DOCUMENT",
                "relationshipType": "DESCRIBES",
                "relatedSpdxElement": penstock["SPDXID"],
            },
            *(
                {
                    "spdxElementId": penstock["SPDXID"],
                    "relationshipType": "STATIC_LINK",
                    "relatedSpdxElement": library["SPDXID"],
                }
                for library in linked
            ),
        ],
    }


def main(libraries, arch, version):
    epoch = int(os.environ["SOURCE_DATE_EPOCH"])
    created = datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    print(json.dumps(document(json.loads(pathlib.Path(libraries).read_text()), arch, version, created), indent=2))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__.strip().splitlines()[-1])
    main(*sys.argv[1:])
