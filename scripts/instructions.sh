#!/usr/bin/env bash
# Counts the instructions of ten fixed jobs (bench/instruction_jobs.h) under callgrind, which are the same in each run.
#   scripts/instructions.sh            compares them with bench/instruction_counts.txt; fails if one differs by over 3%
#   scripts/instructions.sh --update   writes them there
#   scripts/instructions.sh A..B       names the commits between A and B that changed one by over 3%
# Exit status 77: the counts in the file are of another compiler, library, or kind of processor, which it prints.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/.."
source scripts/stages.sh
committed=bench/instruction_counts.txt
work=$(mktemp -d)
tree=build/instructions  # always the same, so that a compiler cache knows its files
clean_up() {
  [[ ! -d $tree ]] || git worktree remove --force "$tree"
  rm -rf "$work"
}
trap clean_up EXIT

# Prints the counts of the source tree, and what they depend on. glibc and OpenSSL choose code for the processor:
# their settings are those for the one that callgrind shows to programs on all processors with AVX2.
count() { # TREE
  (cd "$1" && cmake --preset bench && cmake --build --preset bench --target penstock-bench-instructions -j "$jobs") \
    >"$work/build.log" 2>&1 || { tail -n 20 "$work/build.log" >&2; return 1; }
  rm -f "$work"/counts.*
  (cd "$1/build/bench/bin" && env -i PATH="$PATH" OPENSSL_ia32cap=0x7ffaf3ffffebffff:0x427aa \
    GLIBC_TUNABLES=glibc.cpu.x86_data_cache_size=0x8000:glibc.cpu.x86_shared_cache_size=0x800000 \
    valgrind -q --tool=callgrind --callgrind-out-file="$work/counts" --toggle-collect=measured_job \
    --dump-after=measured_job ./penstock-bench-instructions) >"$work/printed" || return 1
  valgrind --version | tr - " "
  local kind value number=0
  while read -r kind value; do
    if [[ $kind == job ]]; then
      number=$((number + 1))
      value+=" $(sed -n 's/^totals: //p' "$work/counts.$number")"
    fi
    echo "$kind $value"
  done <"$work/printed"
}

# Counts a commit, unless it has been counted.
count_commit() { # INDEX
  local counts=$work/commit-${commits[$1]}
  [[ ! -f $counts ]] || return 0
  git -C "$tree" checkout -q --detach "${commits[$1]}"
  count "$tree" >"$counts.new" || { echo "cannot count $(git log -1 --format='%h %s' "${commits[$1]}")" >&2; exit 2; }
  mv "$counts.new" "$counts"
}

# Prints the commits after the first one, up to the second one, that changed a count, if the counts of these two differ.
search() { # INDEX INDEX
  count_commit "$1"
  count_commit "$2"
  local changes found middle=$((($1 + $2) / 2))
  ! changes=$(scripts/instruction-counts.py "$work/commit-${commits[$1]}" "$work/commit-${commits[$2]}") || return 0
  if (($2 - $1 == 1)); then
    git log -1 --format='%h %s' "${commits[$2]}"
    sed 's/^/  /' <<<"$changes"
    return
  fi
  found=$(search "$1" "$middle")
  found+=${found:+$'\n'}$(search "$middle" "$2")
  [[ -n $found ]] || found="no single commit of ${commits[$1]:0:8}..${commits[$2]:0:8}, all of them together:"$'\n'$changes
  printf '%s\n' "$found"
}

case ${1:-} in
  "")
    count . >"$work/now"
    status=0
    scripts/instruction-counts.py "$committed" "$work/now" || status=$?
    [[ $status -ne 0 ]] || echo "no job's instructions differ by more than 3% from $committed"
    [[ $status -ne 1 ]] || echo "intended? scripts/instructions.sh --update; where from? scripts/instructions.sh A..B"
    exit "$status"
    ;;
  --update)
    count . >"$work/now"
    {
      echo "# The instructions of each job of penstock-bench-instructions, and what the numbers depend on."
      echo "# scripts/instructions.sh compares with them; scripts/instructions.sh --update writes this file."
      cat "$work/now"
    } >"$committed"
    ;;
  *?..?*)
    mapfile -t commits < <(git rev-parse "${1%%..*}^{commit}" && git rev-list --reverse --first-parent "$1")
    git worktree add -q --detach "$tree" "${commits[0]}"
    found=$(search 0 $((${#commits[@]} - 1)))
    echo "${found:-no commit of $1 changed a job by more than 3%}"
    ;;
  *)
    sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
