# shellcheck shell=bash disable=SC2034
# Sourced by the scripts that run one stage after another: times each, and sums up at the end.
stage_report=()
stage_failed=0

# stage NAME COMMAND...: runs the command and keeps its seconds and whether it failed; one that ends with 77 has
# said itself why it was skipped.
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

# Says that a stage is left out, and why.
stage_skip() {
  echo "== $1: skipped: $2"
  stage_report+=("$(printf '%6d s  %-6s  %s' 0 skip "$1 ($2)")")
}

# Prints the seconds of each stage; its status is that of the whole run.
stage_summary() {
  echo "== stages"
  printf '%s\n' "${stage_report[@]}"
  return "$stage_failed"
}

# Compiler cache where there is one; never needed.
if command -v ccache >/dev/null; then
  export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
  export CCACHE_SLOPPINESS=pch_defines,time_macros  # else it passes over what uses precompiled headers
fi
jobs=$(nproc)
