#!/usr/bin/env bash
# Installs packages of PyPI into a folder, in the versions and with the hashes of SOURCE/requirements.txt. Exits with 77
# if pip is missing or no registry can be reached.
#   pypi.sh PYTHON SOURCE FOLDER
set -euo pipefail

usage="usage: pypi.sh PYTHON SOURCE FOLDER"
python=${1:?$usage}
source=${2:?$usage}
folder=${3:?$usage}

if cmp -s "$source/requirements.txt" "$folder/installed.lock"; then
  exit 0
fi
if ! "$python" -m pip --version >/dev/null 2>&1; then
  echo "skipped: $python has no pip (Debian: apt-get install python3-pip)"
  exit 77
fi

rm -rf "$folder"
mkdir -p "$folder"
status=0
# Without dependencies: the requirements list all that the tests import.
timeout 180 "$python" -m pip install --require-hashes --no-deps --only-binary :all: --no-compile --no-cache-dir \
  --disable-pip-version-check --retries 1 --timeout 30 --target "$folder/packages" \
  --requirement "$source/requirements.txt" >"$folder/pip.log" 2>&1 || status=$?
if [[ $status -eq 0 ]]; then
  cp "$source/requirements.txt" "$folder/installed.lock"
elif [[ $status -eq 124 ]] ||
  grep -qE 'NewConnectionError|ConnectTimeoutError|ReadTimeoutError|Connection aborted|name resolution' \
    "$folder/pip.log"; then
  echo "skipped: pip reaches no registry; $folder/pip.log has what it says"
  exit 77
else
  cat "$folder/pip.log"
  exit 1
fi
