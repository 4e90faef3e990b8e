// A record processor that prints a line for each record and each event of a shard:
//   record STREAM/SHARD SEQUENCE_NUMBER SUB_SEQUENCE_NUMBER PARTITION_KEY
//   begin STREAM/SHARD, lost STREAM/SHARD, end STREAM/SHARD, stopped STREAM/SHARD
// It checkpoints after each batch. With the partition key of a last record, it checkpoints at that record, prints
// "stopped", and from then on neither prints nor checkpoints: as a worker that fails in the middle of a batch.
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

final class Printer implements ShardRecordProcessor {
  private interface Checkpoint {
    void save() throws Exception;
  }

  private final String stream, last;
  private String shard;
  private boolean stopped = false;

  Printer(String stream, String last) {
    this.stream = stream;
    this.last = last;
  }

  @Override
  public void initialize(InitializationInput input) {
    shard = stream + '/' + input.shardId();
    print("begin " + shard);
  }

  @Override
  public void processRecords(ProcessRecordsInput input) {
    final RecordProcessorCheckpointer checkpointer = input.checkpointer();
    for (KinesisClientRecord record : input.records()) {
      if (stopped) return;
      print("record " + shard + ' ' + record.sequenceNumber() + ' ' + record.subSequenceNumber() + ' '
          + record.partitionKey());
      if (!record.partitionKey().equals(last)) continue;
      checkpoint(() -> checkpointer.checkpoint(record.sequenceNumber(), record.subSequenceNumber()));
      stopped = true;
      print("stopped " + shard);
    }
    if (!input.records().isEmpty()) checkpoint(checkpointer::checkpoint);
  }

  @Override
  public void leaseLost(LeaseLostInput input) {
    print("lost " + shard);
  }

  @Override
  public void shardEnded(ShardEndedInput input) {
    checkpoint(input.checkpointer()::checkpoint);
    print("end " + shard);
  }

  @Override
  public void shutdownRequested(ShutdownRequestedInput input) {
    checkpoint(input.checkpointer()::checkpoint);
  }

  private void checkpoint(Checkpoint checkpoint) {
    if (stopped) return;
    try {
      checkpoint.save();
    } catch (Exception failed) {
      print("checkpoint of " + shard + " failed: " + failed);
    }
  }

  static synchronized void print(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
