#!/usr/bin/env bash
# Installs packages of npm into a folder, in the versions of SOURCE/package-lock.json. Exits with 77 if npm is missing
# or no registry can be reached.
#   npm.sh SOURCE FOLDER
set -euo pipefail

usage="usage: npm.sh SOURCE FOLDER"
source=${1:?$usage}
folder=${2:?$usage}

if cmp -s "$source/package-lock.json" "$folder/installed.lock"; then
  exit 0
fi
if ! command -v npm node >/dev/null; then
  echo "skipped: no npm here (Debian: apt-get install npm)"
  exit 77
fi

mkdir -p "$folder"
cp "$source/package.json" "$source/package-lock.json" "$folder/"
cd "$folder"
status=0
timeout 180 npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=1 --fetch-timeout=30000 >npm.log 2>&1 ||
  status=$?
if [[ $status -eq 0 ]]; then
  cp package-lock.json installed.lock
elif [[ $status -eq 124 ]] || grep -qE 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH' npm.log; then
  echo "skipped: npm reaches no registry; $folder/npm.log has what it says"
  exit 77
else
  cat npm.log
  exit 1
fi
