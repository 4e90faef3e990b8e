#!/usr/bin/env bash
# Builds the fuzzers with clang and runs each for SECONDS (60 by default), in parallel on all processors, or JOBS
# at a time. Starts from the committed corpus and from that of earlier runs in build/fuzz/corpus. Inputs that make
# a fuzzer fail are kept in build/fuzz/found; to reproduce one: build/fuzz/bin/NAME_fuzz FILE
#   scripts/fuzz.sh [SECONDS [FUZZER...]]
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/stages.sh

seconds=${1:-60}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || { echo "usage: scripts/fuzz.sh [SECONDS [FUZZER...]]" >&2; exit 2; }
shift || true
out=build/fuzz
fuzzers=()
for source in tests/fuzz/*_fuzz.cc; do fuzzers+=("$(basename "$source" _fuzz.cc)"); done
for name in "$@"; do
  [[ " ${fuzzers[*]} " == *" $name "* ]] || { echo "fuzz: no fuzzer $name; there are: ${fuzzers[*]}" >&2; exit 2; }
done
[[ $# -eq 0 ]] || fuzzers=("$@")

stage setup scripts/setup.sh clang

build() {
  cmake --preset fuzz && cmake --build --preset fuzz -j "$jobs"
}

fuzz() { # NAME; a line that says how it went
  local name=$1 status=0 log=$out/log/$1.txt dictionary=tests/fuzz/dictionary/$1.txt
  local arguments=("-max_total_time=$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1
                   "-artifact_prefix=$out/found/$name-")
  [[ ! -e $dictionary ]] || arguments+=("-dict=$dictionary")
  mkdir -p "$out/corpus/$name" "$out/found" "$out/log"
  nice -n 19 "$out/bin/${name}_fuzz" "${arguments[@]}" "$out/corpus/$name" "tests/fuzz/corpus/$name" \
    >"$log" 2>&1 || status=$?
  local executions
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  if [[ $status -eq 0 ]]; then
    echo "$name: $executions executions in $seconds s, nothing found"
  else
    echo "$name: ended with $status after ${executions:-some} executions, see $log:"
    grep -E -a '^fuzzer: not so|^SUMMARY|^==[0-9]*== ?ERROR|Test unit written' "$log" | head -n 5 || true
  fi
  return "$status"
}

run() { # the fuzzers, JOBS at once
  local status=0 running=0 name
  for name in "${fuzzers[@]}"; do
    if [[ $running -ge ${JOBS:-$jobs} ]]; then
      wait -n || status=1
      running=$((running - 1))
    fi
    fuzz "$name" &
    running=$((running + 1))
  done
  while [[ $running -gt 0 ]]; do
    wait -n || status=1
    running=$((running - 1))
  done
  return "$status"
}

if stage build build; then
  stage fuzz run || true
fi
stage_summary
