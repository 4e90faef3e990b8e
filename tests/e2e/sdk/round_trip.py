"""Puts records on the stream "in" with boto3, or expects the same in the stream "out". round_trip.h says more.

usage: round_trip.py FOLDER_OF_PACKAGES put|get ENDPOINT FILE
"""

import base64
import sys

sys.path.insert(0, sys.argv[1])

import boto3  # noqa: E402

BYTES = bytes(range(256)) * 4


def load(file):
    for line in open(file, encoding="ascii"):
        size, offset, key = line.split(" ")
        size, offset = int(size), int(offset)
        data = (BYTES * ((offset + size) // len(BYTES) + 1))[offset:offset + size]
        yield base64.b64decode(key).decode("utf-8"), data


def records_of(kinesis, stream):
    """Yields the records of all shards."""
    for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
        position = {"StreamName": stream, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        iterator = kinesis.get_shard_iterator(**position)["ShardIterator"]
        lag_ms = 1
        while lag_ms > 0:
            response = kinesis.get_records(ShardIterator=iterator)
            iterator, lag_ms = response["NextShardIterator"], response["MillisBehindLatest"]
            for record in response["Records"]:
                yield record["PartitionKey"], record["Data"]


mode, endpoint, file = sys.argv[2:]
expected = list(load(file))
kinesis = boto3.client("kinesis", region_name="us-east-1", endpoint_url=endpoint)
if mode == "put":
    for key, data in expected:
        response = kinesis.put_records(StreamName="in", Records=[{"PartitionKey": key, "Data": data}])
        assert response["FailedRecordCount"] == 0, response
else:
    for record in records_of(kinesis, "out"):
        if record not in expected:
            sys.exit(f"no such record was put, or not as often: key {record[0]!r}, {len(record[1])} bytes")
        expected.remove(record)
    if expected:
        sys.exit(f"missing: {[(key, len(data)) for key, data in expected]}")
