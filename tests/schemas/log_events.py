"""Log events of all kinds, and the records that penstock transform makes of them."""

import base64
import gzip
import json
import pathlib
import subprocess
import tempfile

REQUEST_ID = "2a6f0c3e-41d7-4b8a-9c55-6e0d1f7a8b90"
TIME_MS = 1760000000025
CONF = """\
[FILTER]
    Name            cloudwatch_logs
    Match           *
    extracted_fields on

[FILTER]
    Name            lambda_logs
    Match           *
    schema          {schema}
    function_fields {function_fields}
"""

TIMES = (
    "2025-05-05T04:01:36.154+02:00", "2025-05-05T04:01:36Z", "2025-05-05T04:01:36.123456789Z", "2025-05-05t04:01:36z",
    "2025-05-05t04:01:36+02:00",
    "2025-05-05 04:01:36,154+0000", "2025-05-05 04:01:36", "2025-05-05T04:01:36.1 UTC", "2025-05-05T04:01:36-08",
    "2016-12-31T23:59:60Z", "2025-02-29T00:00:00Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999-23:59",
    "0000-01-01T00:00:00+23:59", "yesterday", "", 1757888742.5, 1757888742, 1757888742500, 1757888742500123456, 1e8, 99,
    -1757888742, 253402300799, 253402300799999, 1e30, True, None, [], {},
)
REQUEST_ID_NAMES = ("requestId", "AWSRequestId", "function_request_id")
TIME_NAMES = ("timestamp", "@timestamp", "time", "Timestamp", "ts", "timeMillis")

# A name of a convention, or of the record, that an object uses for something else.
COLLIDING = (
    '{"severity_number":"high","body":7,"attributes":{"faas.version":1},"log.record.uid":"mine","n":1}',
    '{"event":{"id":7,"action":"x"},"event.id":9,"@timestamp":"2025-05-05T04:01:36Z","log":{"level":"x"}}',
    '{"app":{"app":1},"aws":{"lambda":"x"},"cloud":"x","faas":null,"extractedFields":5,"source":"s","event_id":1}',
    '{"level":"INFO","level":"WARN","message":"a","message":"b","requestId":"r1","requestId":"r2"}',
)

# Numbers that no integer and no double holds, texts that are hard to encode, and depth.
EXTREME = (
    '{"a":1e999,"b":-1e999,"c":123456789012345678901234567890,"d":-9223372036854775808,"e":9223372036854775808}',
    '{"a":0.1000000000000000055511151231257827021181583404541015625,"b":-0,"c":1E-999}',
    '{"message":"\\u0000\\u001b[31m\\ud83d\\ude00","level":"\\u0000","":{"":[null,true,[[]]]}}',
    '{"message":"bad \udcff\udcc0\udc80 bytes","level":"in\udcfffo","n":"\udced\udca0\udc80","k\udcff":1}',
    "a line with \udcff\udcfe invalid UTF-8",
    '{"deep":' + "[" * 40 + "]" * 40 + "}",
    f"REPORT RequestId: {REQUEST_ID}\tDuration: 1e999 ms\tBilled Duration: {'9' * 101} ms\tMemory Size: 1e300 MB\t"
    "Max Memory Used: 99999999999999999999 MB\tInit Duration: 0.000000001 ms\t\n",
    "", " ", "[]", "null", '"text"', "{}", '{"a":1} trailing', '{"a":', "\ufeff{}",
)

UNHANDLED = (
    {"errorType": "KeyError", "errorMessage": "'x'", "log_level": "ERROR", "requestId": REQUEST_ID, "stackTrace": []},
    {"errorType": "Function<RuntimeError>", "errorMessage": "no", "stackTrace": ["a:1"]},
    {"message": {"errorType": "Runtime.UnhandledPromiseRejection", "errorMessage": "no", "trace": []}},
    {"level": "Error", "errorType": "System.Exception", "stackTrace": [], "message": ""},
)

TRACING = {"type": "X-Amzn-Trace-Id", "value": "Root=1-5e34a614-10bdd5e45e56ffc9ae42b5d8;Parent=07f4f9f1a2b3c4d5;"
           "Sampled=1", "spanId": "07f4f9f1a2b3c4d5"}
METRICS = {"durationMs": 24.61, "billedDurationMs": 25, "memorySizeMB": 256, "maxMemoryUsedMB": 58,
           "initDurationMs": 131.07, "restoreDurationMs": 400.5, "billedRestoreDurationMs": 401}
PLATFORM = {
    "initStart": {"initializationType": "on-demand", "phase": "init", "runtimeVersion": "nodejs:20.v9",
                  "runtimeVersionArn": "arn:aws:lambda:eu-west-1::runtime:0"},
    "initRuntimeDone": {"phase": "init", "status": "success"},
    "initReport": {"phase": "init", "status": "error", "errorType": "Runtime.ExitError",
                   "metrics": {"durationMs": 131.07}},
    "start": {"requestId": REQUEST_ID, "version": "$LATEST", "tenantId": "blue", "tracing": TRACING},
    "runtimeDone": {"requestId": REQUEST_ID, "status": "timeout", "metrics": {"durationMs": 3000.0}},
    "report": {"requestId": REQUEST_ID, "status": "error", "errorType": "Runtime.ExitError", "metrics": METRICS,
               "tracing": TRACING},
    "restoreStart": {"runtimeVersion": "java:21.v1"},
    "restoreReport": {"status": "success", "metrics": {"durationMs": 400.5}},
    "extension": {"name": "lens", "state": "Ready", "events": ["INVOKE"]},
    "telemetrySubscription": {"name": "lens", "state": "Subscribed", "types": ["platform"]},
    "logsDropped": {"reason": "slow", "droppedRecords": 12, "droppedBytes": 1234},
    "unknown": {"requestId": 7, "metrics": "none"},
}


def members(**members):
    return json.dumps(members)


def objects(words):
    """Returns JSON objects, and lines around them. words: those that stand for a level."""
    found = [members(level=form, n=1) for word in words for form in (word, word.upper(), word.title())]
    found += [members(level=value) for value in ("Level 25", "", 30, 30.5, None, True, [], {})]
    found += [members(message=value, level="info") for value in ("text", "a\nb\t", "", 7, None, False, ["a"], {"b": 1})]
    for name in REQUEST_ID_NAMES:
        found += [members(**{name: value, "message": "m"}) for value in (REQUEST_ID, "", 7, None)]
    found.append(members(function_request_id="r3", AWSRequestId="r2", requestId="r1"))
    found += [members(**{name: time, "message": "m"}) for name in TIME_NAMES for time in TIMES]
    found += [members(_aws={"Timestamp": time}) for time in TIMES]
    found += [json.dumps(error) for error in UNHANDLED]
    for kind, record in PLATFORM.items():
        found.append(members(time="2025-10-09T08:53:20.025Z", type=f"platform.{kind}", record=record))
    found += [*COLLIDING, *EXTREME]
    found += [f"2025-10-09T08:53:20.025Z\t{REQUEST_ID}\tWARN\t{text}" for text in found[::7]]
    return found


def catalog(path):
    """Returns the lines of tests/data/logs/catalog.jsonl."""
    return [json.loads(entry)["line"] for entry in pathlib.Path(path).read_text().splitlines()]


def as_event_of_stream(messages):
    """Returns a source record with a subscription message of the log events, as the event of a Lambda function, which
    has the region too. Lone surrogates of a message stand for bytes that are not UTF-8."""
    events = [{"id": f"{index:056}", "timestamp": TIME_MS, "message": text, "extractedFields": {"n": str(index)}}
              for index, text in enumerate(messages)]
    for event in events[::3]:  # copied from another log group
        event["extractedFields"]["@source.log"] = "/aws/lambda/bakery-invoices"
    message = {"messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "/aws/lambda/bakery-orders",
               "logStream": "2025/10/09/[7]5d1c", "subscriptionFilters": ["all"], "logEvents": events}
    data = gzip.compress(json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogateescape"), 1)
    return json.dumps({"Records": [{
        "eventSource": "aws:kinesis", "eventID": "shardId-000000000000:42", "awsRegion": "eu-west-1",
        "eventSourceARN": "arn:aws:kinesis:eu-west-1:111122223333:stream/logs",
        "kinesis": {"sequenceNumber": "42", "partitionKey": "k", "data": base64.b64encode(data).decode()}}]})


class Record(dict):
    """The members of a record; of those with the same name, the last. twice: names that occur more than once."""

    def __init__(self, pairs):
        super().__init__(pairs)
        names = [name for name, _ in pairs]
        self.twice = {name for name in names if names.count(name) > 1}


def not_json(text):
    raise ValueError(f"not JSON: {text}")


def read_record(line):
    """Returns the record. Raises ValueError if the line is not JSON in UTF-8."""
    record = json.loads(line.decode(), object_pairs_hook=Record, parse_constant=not_json)
    if not isinstance(record, Record):
        raise ValueError("not an object")
    return record


def records_of(messages, penstock, schema, function_fields=True):
    """Returns the record of each message."""
    with tempfile.TemporaryDirectory() as folder:
        conf = pathlib.Path(folder, "a.conf")
        conf.write_text(CONF.format(schema=schema, function_fields="on" if function_fields else "off"))
        run = subprocess.run([penstock, "transform", "-c", conf], input=as_event_of_stream(messages).encode(),
                             capture_output=True, check=False, timeout=60)
    assert run.returncode == 0, run.stderr.decode()
    records = [read_record(line) for line in run.stdout.splitlines()]
    assert len(records) == len(messages), f"{len(messages)} log events became {len(records)} records"
    return records
