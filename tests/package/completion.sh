#!/usr/bin/env bash
# Checks the completion of command lines: sources the script for bash and completes some lines, and has zsh parse the
# script for zsh, if it is installed.
#   tests/package/completion.sh PENSTOCK
set -euo pipefail
penstock=$1
source <("$penstock" completion bash)

fail() { echo "$*" >&2; exit 1; }

# Prints the completions of the last word, separated by blanks.
complete_line() {
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
  _penstock
  echo "${COMPREPLY[*]}"
}
expect() {
  local expected=$1
  shift
  local found
  found=$(complete_line "$@")
  [[ $found == "$expected" ]] || fail "'$*' is completed to '$found', not '$expected'"
}

expect "run" penstock ru
expect "replay" penstock rep
expect "leases" penstock lea
expect "--config --plugin --exit-when-idle --help" penstock run --
expect "--exit-when-idle" penstock run --ex
expect "fluent-bit" penstock check --agent ""
expect "" penstock run -c ""
expect "" penstock run -c --
expect "--man" penstock help --m
expect "run" penstock help ru
expect "bash zsh" penstock completion ""
[[ $(complete -p penstock) == "complete -o default -F _penstock penstock" ]] || fail "files are not completed: $(complete -p penstock)"

# Every command of the help is completed, and every option of a command.
all=" $(complete_line penstock "") "
while read -r command; do
  [[ $all == *" $command "* ]] || fail "the command $command is not completed"
  options=" $(complete_line penstock "$command" -) "
  while read -r option; do
    [[ $options == *" $option "* ]] || fail "the option $option of $command is not completed"
  done < <("$penstock" help "$command" | sed -nE '/^Options:/,/^$/s/^  (-[a-z-]+).*/\1/p')
done < <("$penstock" help | sed -nE 's/^  ([a-z]+) .*/\1/p')

if command -v zsh >/dev/null; then
  "$penstock" completion zsh | zsh -n /dev/stdin
fi
