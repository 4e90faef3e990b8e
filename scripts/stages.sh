# shellcheck shell=bash disable=SC2034
# Sourced by scripts that run several stages: measures the time of each, and prints a summary at the end.
stage_report=()
stage_failed=0

# stage NAME COMMAND...: runs the command, and records its time in seconds and whether it failed. Exit status 77
# means skipped; the command itself prints the reason.
stage() {
  local name=$1 started=$SECONDS outcome=ok status=0
  shift
  echo "== $name: $*"
  "$@" || status=$?
  if [[ $status -eq 77 ]]; then
    outcome=skip
  elif [[ $status -ne 0 ]]; then
    outcome=FAILED
    stage_failed=1
  fi
  stage_report+=("$(printf '%6d s  %-6s  %s' $((SECONDS - started)) "$outcome" "$name")")
  [[ $outcome != FAILED ]]
}

# Records that a stage is skipped, and why.
stage_skip() {
  echo "== $1: skipped: $2"
  stage_report+=("$(printf '%6d s  %-6s  %s' 0 skip "$1 ($2)")")
}

# Prints the time of each stage. Fails if a stage failed.
stage_summary() {
  echo "== stages"
  printf '%s\n' "${stage_report[@]}"
  return "$stage_failed"
}

# Uses a compiler cache if there is one; it is optional.
if command -v ccache >/dev/null; then
  export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
  export CCACHE_SLOPPINESS=pch_defines,time_macros  # else it passes over what uses precompiled headers
fi
jobs=$(nproc)
