#!/usr/bin/env bash
# Builds the benchmarks, runs those that compare a value with a bar (bench/bars.h), and prints one table of all: what,
# measured, bar, met. Takes a few minutes after the build. Fails if a benchmark fails, not if a bar is missed. Some need
# more, and are skipped by name otherwise:
#   FLUENT_BIT=FILE                the agent, for our plugins in it
#   CLOUDWATCH_PROCESSOR_PY=FILE   a Lambda function to compare with: the blueprint of AWS in Python that splits messages
#   AGAINST=COMMIT                 the busy input, relative to that commit's in the same run
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/stages.sh
bin=build/bench/bin
work=$(mktemp -d)
tree=build/bench-against
clean_up() {
  [[ ! -d $tree ]] || git worktree remove --force "$tree"
  rm -rf "$work"
}
trap clean_up EXIT
: >"$work/bars" >"$work/skipped"
failed=0

build() { # TARGET...
  cmake --preset bench && cmake --build --preset bench -j "$jobs" --target "$@"
}
# Runs a benchmark for at most that time. A benchmark that lacks something prints "skipped: ", and what.
run() { # SECONDS COMMAND...
  local status=0 output=$work/output
  echo "== ${*:2}"
  timeout -k 5 "$1" "${@:2}" >"$output" || status=$?
  cat "$output"
  grep '^skipped: ' "$output" >>"$work/skipped" || true
  case $status in
    0) grep '^bar | ' "$output" >>"$work/bars" || true ;;
    124 | 137) failed=1; echo "bar | ${*:2} | took over $1 s | - | FAILED" >>"$work/bars" ;;
    *) failed=1; echo "bar | ${*:2} | exit status $status | - | FAILED" >>"$work/bars" ;;
  esac
}
# Sets used to the processor time of all programs of the machine, and own to that of the benchmarks, in seconds.
count_time() {
  used=$(awk -v hz="$(getconf CLK_TCK)" '/^cpu / { print ($2 + $3 + $4 + $7 + $8 + $9) / hz }' /proc/stat)
  times >"$work/times"
  own=$(awk -F '[ms ]+' '{ sum += $1 * 60 + $2 + $3 * 60 + $4 } END { print sum }' "$work/times")
}
# Compares the busy input with that of another commit. Their turns alternate, and the best of each counts.
run_against() { # COMMIT
  local theirs=0 ours=0
  git worktree add -q --detach "$tree" "$1"
  echo "== the busy input against $1"
  (cd "$tree" && build penstock-bench-input) >"$work/build" || { tail -n 20 "$work/build"; failed=1; return; }
  rate() { "$1/penstock-bench-input" busy 5 | awk '/^MB a processor second/ { print $5 }'; }
  for _ in 1 2 3; do
    theirs=$(printf '%s\n' "$theirs" "$(rate "$tree/$bin")" | sort -g | tail -n 1)
    ours=$(printf '%s\n' "$ours" "$(rate "$bin")" | sort -g | tail -n 1)
  done
  awk -v what="busy input, relative to $1 in the same run" -v ours="$ours" -v theirs="$theirs" 'BEGIN {
    printf "bar | %s | %.2fx | at least 1.3x | %s\n", what, ours / theirs, (ours >= 1.3 * theirs ? "met" : "missed") }' |
    tee -a "$work/bars"
}

stage setup scripts/setup.sh test
stage build build benchmarks >"$work/build" || { tail -n 20 "$work/build"; exit 1; }

built=$(git log -1 --format='%h, ' 2>/dev/null || true)
count_time
used_before=$used own_before=$own from=$SECONDS
run 120 "$bin/penstock-bench-table"
run 120 "$bin/penstock-bench-put-records"
run 180 "$bin/penstock-bench-output"
run 60 "$bin/penstock-bench-output-limits"
run 150 "$bin/penstock-bench-full-shards"
run 60 "$bin/penstock-bench-input" busy
run 90 "$bin/penstock-bench-input" idle
run 60 "$bin/penstock-bench-cold-start"
run 200 "$bin/penstock-bench-fluent-bit-filter"
run 300 "$bin/penstock-bench-scrape"
run 300 "$bin/penstock-bench-fluent-bit-output"
run 120 bench/python_lambda.py "$bin"
if [[ -n ${AGAINST:-} ]]; then
  run_against "$AGAINST"
else
  echo "skipped: the busy input against another commit, because the variable AGAINST does not name one" >>"$work/skipped"
fi

count_time
others=$(awk -v used="$used" -v used_before="$used_before" -v own="$own" -v own_before="$own_before" \
  -v available=$(((SECONDS - from) * jobs)) \
  'BEGIN { printf "%.0f", 100 * (used - used_before - (own - own_before)) / available }')
echo "== $built$(date -u +%FT%TZ), $jobs processors: $(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -n 1)"
awk -F ' [|] ' '
  BEGIN { split("what|measured|bar|met", header, "|"); for (i = 1; i <= 4; ++i) put(0, i, header[i]) }
  function put(row, column, text) { cell[row, column] = text; if (length(text) > width[column]) width[column] = length(text) }
  { for (i = 1; i <= 4; ++i) put(NR, i, $(i + 1)); if ($5 == "met") ++met }
  END {
    for (row = 0; row <= NR; ++row) {
      printf "| %-*s | %*s | %-*s | %-*s |\n", width[1], cell[row, 1], width[2], cell[row, 2], width[3], cell[row, 3],
        width[4], cell[row, 4]
      if (row == 0) print "|---|---:|---|---|"
    }
    printf "\n%d of %d met\n", met, NR
  }' "$work/bars"
cat "$work/skipped"
if ((others >= 10)); then
  echo "BUSY: other programs used $others% of the processors during this run, so its values are worth little."
fi
exit "$failed"
