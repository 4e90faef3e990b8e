#!/usr/bin/env bash
# Finds words that readers stumble over in sources, help, and documentation: dated, vague, or British English, and
# names that are not usual in the field. Prints each line as FILE:LINE:TEXT and fails if it finds one.
# CONTRIBUTING.md says what to write instead; scripts/prose-allowed.txt lists legitimate uses.
# Usage: scripts/prose.sh [PATH...]    without a path: every file of the project
set -euo pipefail
cd "$(dirname "$0")/.."

# Perl regular expressions of whole words. An underscore is part of a word, so names in code match only where they
# are one of these words.
words=(
  'told|tells?|telling'
  'anew' 'in vain' 'amid' 'for good' 'lest' 'whilst' 'thereof|therein|wherein|whence|hitherto|thereby'
  'beside' 'behind'
  'nobody|somebody|anybody|whoever'
  'so long(?! as)' 'so many'
  'set apart|parted'
  'stands' 'lies' 'bears'
  'is no(?! longer| more| need| different| less)' 'there (is|are) none'
  '(its|their) words? counts?' 'as (their|its) names? says?'
  'what becomes? of' 'what is (told|said)'
  'given (out|back)|gives? back|giving back|put aside'
  'failure (file|log)s?'
  'refused (record|call)s?'
  'neighbou?rly|behaviour|colour|favour|honour|neighbour|catalogue|cancelled|cancelling|labelled|signalled|travelled|modelled|grey'
  "(optim|recogn|serial|normal|organ|synchron|initial|minim|maxim|summar|token|custom|author|general|special|util|capital|real|symbol|priorit|final|standard)is(e|es|ed|ing|ation)"
)
pattern=$(printf '|%s' "${words[@]}")

found=$(git grep -InPi "(?<![\w-])(${pattern:1})(?![\w-])" -- "${@:-.}" \
          ':!LICENSE' ':!scripts/prose.sh' ':!scripts/prose-allowed.txt' ':!tests/**/*.jsonl' ':!tests/**/*.json' |
        grep -avEf <(grep -v '^#' scripts/prose-allowed.txt) || true)
[[ -z $found ]] || { printf '%s\n' "$found"; exit 1; }
