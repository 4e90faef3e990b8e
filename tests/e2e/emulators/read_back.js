// Prints the contents of streams, as read by other libraries: the SDK for JavaScript reads the records,
// aws-kinesis-agg splits aggregated ones, and zlib inflates gzip data. Prints a line for each user record: stream,
// sub-sequence number or -, partition key, and data in base64.
// Run it in the folder where these are installed: node read_back.js ENDPOINT STREAM...
'use strict';
const { createRequire } = require('module');
const zlib = require('zlib');

const installed = createRequire(`${process.cwd()}/`);
const { KinesisClient, ListShardsCommand, GetShardIteratorCommand, GetRecordsCommand } =
  installed('@aws-sdk/client-kinesis');
const { NodeHttpHandler } = installed('@smithy/node-http-handler');
const { deaggregateSync } = installed('aws-kinesis-agg');

const [endpoint, ...streams] = process.argv.slice(2);
// Uses HTTP/1.1: the client's default is HTTP/2, which the emulators support only over TLS.
const kinesis = new KinesisClient({ endpoint, region: 'us-east-1', requestHandler: new NodeHttpHandler() });

function print(stream, record) {
  const source = {
    data: Buffer.from(record.Data).toString('base64'),
    partitionKey: record.PartitionKey,
    sequenceNumber: record.SequenceNumber,
  };
  deaggregateSync(source, true, (error, userRecords) => {
    if (error) throw error;
    for (const { subSequenceNumber, partitionKey, data } of userRecords) {
      const bytes = Buffer.from(data, 'base64');
      const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? zlib.gunzipSync(bytes) : bytes;
      console.log(stream, subSequenceNumber ?? '-', Buffer.from(partitionKey).toString('base64'), plain.toString('base64'));
    }
  });
}

async function read(StreamName) {
  const { Shards } = await kinesis.send(new ListShardsCommand({ StreamName }));
  for (const { ShardId } of Shards) {
    let { ShardIterator } = await kinesis.send(
      new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }));
    for (let more = true; more;) {
      const got = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
      got.Records.forEach((record) => print(StreamName, record));
      ShardIterator = got.NextShardIterator;
      more = got.Records.length > 0 || got.MillisBehindLatest > 0;
    }
  }
}

Promise.all(streams.map(read)).catch((error) => {
  console.error(error);
  process.exit(1);
});
