#!/usr/bin/env bash
# Demonstrates Penstock's main task without an AWS account: builds it, starts the model of Kinesis on a free local
# port, puts the subscription messages of conf/demo/ on its input stream, runs the agent conf conf/demo.conf, and
# reads the records back from the output stream. Fails if a record is missing or duplicated. curl signs the
# requests that put and read, so that Penstock's signing is not verified by itself.
#   DEMO_PENSTOCK   command to run in place of the penstock that is built, for an installed one
#   DEMO_CONF       its conf; conf/demo.conf if it is not set
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/stages.sh

say() { printf '\n== [%3d s] %s\n' "$SECONDS" "$*"; }
fail() { printf 'demo: %s\n' "$*" >&2; exit 1; }

state=$(mktemp -d)
model=
finish() {
  [[ -z $model ]] || { kill "$model" && wait "$model"; } 2>/dev/null || true
  rm -rf "$state"
}
trap finish EXIT

say "Installing what is missing to build"
scripts/setup.sh demo

say "Building the host, the plugin and the model of Kinesis (some minutes the first time)"
cmake --preset dev >"$state/configure.log" || { cat "$state/configure.log"; fail "cmake failed"; }
cmake --build --preset dev -j "$jobs" --target penstock penstock_plugin penstock-model-kinesis
bin=build/dev/bin

say "Starting the model of Kinesis with the streams penstock-in and penstock-out, two shards each"
# The key pair of AWS's documentation, which the model accepts.
export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY
unset AWS_SESSION_TOKEN AWS_PROFILE
"$bin/penstock-model-kinesis" --port 0 --port-file "$state/port" --stream penstock-in:2 --stream penstock-out:2 \
  >"$state/model.log" 2>&1 &
model=$!
for ((i = 0; i < 100; i++)); do
  [[ ! -s $state/port ]] || break
  kill -0 "$model" 2>/dev/null || { cat "$state/model.log" >&2; fail "the model ended at once"; }
  sleep 0.05
done
[[ -s $state/port ]] || fail "the model did not listen within 5 s"
endpoint=http://127.0.0.1:$(<"$state/port")
echo "listening at $endpoint"

# call OPERATION JSON: makes one signed request and prints the response.
call() {
  curl -sS --noproxy '*' --fail-with-body --aws-sigv4 aws:amz:us-east-1:kinesis \
    --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" -H 'Content-Type: application/x-amz-json-1.1' \
    -H "X-Amz-Target: Kinesis_20131202.$1" --data-binary @- "$endpoint/" <<<"$2"
}
# strings NAME: prints the values of the string members with that name in the JSON on standard input, one per line.
strings() {
  { grep -oE "\"$1\" *: *\"[^\"]+\"" || true; } | sed -E 's/^"[^"]*" *: *"(.*)"$/\1/'
}

say "Putting sample subscription messages on penstock-in"
for file in conf/demo/*.json; do
  if [[ $file == */real-record.json ]]; then
    data=$(strings data <"$file") # the gzip of a real stream, as a Lambda function was given it
  else
    data=$(gzip -nc "$file" | base64 -w0)
  fi
  base64 -d <<<"$data" | gzip -dc >"$state/message"
  strings id <"$state/message" >"$state/ids"
  cat "$state/ids" >>"$state/put"
  call PutRecord "{\"StreamName\":\"penstock-in\",\"PartitionKey\":\"${file##*/}\",\"Data\":\"$data\"}" >"$state/answer" ||
    fail "PutRecord: $(<"$state/answer")"
  printf '%-24s %-16s %2d log events, on %s\n' "${file##*/}" "$(strings messageType <"$state/message")" \
    "$(wc -l <"$state/ids")" "$(strings ShardId <"$state/answer")"
done

conf=${DEMO_CONF:-conf/demo.conf}
say "Running: penstock run -c $conf --exit-when-idle 2"
export PENSTOCK_ENDPOINT=$endpoint PENSTOCK_STATE=$state
"${DEMO_PENSTOCK:-$bin/penstock}" run -c "$conf" --exit-when-idle 2 || fail "penstock ended with status $?"

say "Reading the records back from penstock-out"
: >"$state/got"
for shard in $(call ListShards '{"StreamName":"penstock-out"}' | strings ShardId); do
  iterator=$(call GetShardIterator "{\"StreamName\":\"penstock-out\",\"ShardId\":\"$shard\",\"ShardIteratorType\":\"TRIM_HORIZON\"}" |
    strings ShardIterator)
  for ((i = 0; i < 100; i++)); do
    call GetRecords "{\"ShardIterator\":\"$iterator\"}" >"$state/answer" || fail "GetRecords: $(<"$state/answer")"
    strings Data <"$state/answer" | while read -r data; do base64 -d <<<"$data" && echo; done >>"$state/got"
    ! grep -qE '"MillisBehindLatest" *: *0[,}]' "$state/answer" || break
    iterator=$(strings NextShardIterator <"$state/answer")
    sleep 0.25 # a shard takes five calls a second
  done
done
cat "$state/got"

say "Summary"
sort "$state/put" >"$state/put.sorted"
strings event_id <"$state/got" | sort >"$state/got.sorted"
echo "log events put:   $(wc -l <"$state/put")"
echo "records read:     $(wc -l <"$state/got")"
echo "seconds:          $SECONDS"
if ! diff "$state/put.sorted" "$state/got.sorted" >"$state/diff"; then
  grep '^<' "$state/diff" | sed 's/^</missing:/' >&2 || true
  grep '^>' "$state/diff" | sed 's/^>/not put, or twice:/' >&2 || true
  fail "what came out is not what went in"
fi
echo "every event came out exactly once"
