"""A host in Python, with ctypes, that runs the output's sizing command and passes lines through the filter.

usage: client.py libpenstock.so
"""

import ctypes as c
import json
import sys

import penstock_ctypes as p

LINES = [
    "START RequestId: 7f1c2c5e-63a9-4c6e-9d0a-0f6b8a1d2e34 Version: $LATEST\n",
    "REPORT RequestId: 7f1c2c5e-63a9-4c6e-9d0a-0f6b8a1d2e34\tDuration: 12.34 ms\tBilled Duration: 13 ms\t"
    "Memory Size: 256 MB\tMax Memory Used: 71 MB\t\n",
    '{"grain":"rye","kilos":12.50}',
    "the mill wheel turns",
]


def keep(text):
    """Returns Bytes and the buffer that they borrow."""
    raw = text.encode()
    buffer = c.create_string_buffer(raw, len(raw))
    return p.Bytes(c.cast(buffer, c.c_void_p), len(raw)), buffer


def ask_for_sizing(stage):
    """Checks what the output's sizing command prints."""
    command = stage.command("sizing")
    assert {info.name for info in command.argument_infos()} == {b"events_per_second", b"event_bytes"}
    buffers = []

    def pairs(**given):
        made = (p.Option * len(given))()
        for option, (key, value) in zip(made, given.items()):
            option.key, first = keep(key)
            option.value, second = keep(value)
            buffers.extend((first, second))
        return made

    options = pairs(stream="mill", region="eu-west-1", on_failure="drop")
    lines = []
    show = p.PRINT(lambda _, line: lines.append(line.get().decode()))
    error = p.Error(struct_size=c.sizeof(p.Error))
    arguments = pairs(events_per_second="2500")
    code = command.run(None, options, len(options), arguments, len(arguments), c.sizeof(p.Option), show, None,
                       c.byref(error))
    assert code == 0, error.text
    assert lines[1] == "  2,500 records/s and 1.26 MB/s", lines
    code = command.run(None, options, len(options), arguments, 0, c.sizeof(p.Option), show, None, c.byref(error))
    assert code < 0 and b"PS0056: missing option events_per_second " in error.text, error.text


def main():
    ask_for_sizing(p.stages(sys.argv[1])[p.OUTPUT, "penstock_kinesis"])
    stage = p.stages(sys.argv[1])[p.FILTER, "lambda_logs"]
    error = p.Error(struct_size=c.sizeof(p.Error))
    instance = c.c_void_p()
    code = stage.create(None, None, 0, c.sizeof(p.Option), c.byref(instance), c.byref(error))
    assert code == 0, error.text

    buffers = []
    records = (p.Record * len(LINES))()
    for i, line in enumerate(LINES):
        records[i].time_ms = 1700000000000 + i
        records[i].body, body = keep(line)
        records[i].id, identity = keep(f"event-{i}")
        buffers += [body, identity]
    group, buffer = keep("/aws/lambda/mill")
    batch = p.Batch(struct_size=c.sizeof(p.Batch), record_stride=c.sizeof(p.Record), ack_id=7, records=records,
                    record_count=len(LINES), log_group=group)

    out = []

    @p.EMIT
    def emit(_, pointer):
        given = pointer.contents
        assert given.ack_id == 7 and given.record_stride >= c.sizeof(p.Record)
        base = c.addressof(given.records.contents)
        for i in range(given.record_count):
            record = p.Record.from_address(base + i * given.record_stride)
            assert record.flags & p.RECORD_JSON
            out.append(record.body.get())
        return 0

    code = stage.filter.contents.apply(instance, c.byref(batch), emit, None, c.byref(error))
    assert code == 0, error.text
    stage.close(instance, 0, None)
    stage.destroy(instance)

    for line in out:
        print(line.decode())
    start, report, grain, wheel = map(json.loads, out)
    assert start["lambda"]["event"] == "start" and start["lambda"]["version"] == "$LATEST"
    assert report["lambda"]["durationMs"] == 12.34 and report["lambda"]["memorySizeMB"] == 256
    assert b'"kilos":12.50' in out[2] and grain["event_id"] == "event-2"
    assert wheel["message"] == "the mill wheel turns" and wheel["level"] == "INFO"
    assert all(r["source"]["logGroup"] == "/aws/lambda/mill" for r in (start, report, grain, wheel))


main()
