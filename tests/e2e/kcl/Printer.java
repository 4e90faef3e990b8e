// The record processor of KCL 2.x and 3.
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

final class Printer implements ShardRecordProcessor {
  private final ShardLog log;

  Printer(String stream, String last) {
    log = new ShardLog(stream, last);
  }

  @Override
  public void initialize(InitializationInput input) {
    log.begin(input.shardId());
  }

  @Override
  public void processRecords(ProcessRecordsInput input) {
    final RecordProcessorCheckpointer checkpointer = input.checkpointer();
    for (KinesisClientRecord record : input.records())
      log.record(record.sequenceNumber(), record.subSequenceNumber(), record.partitionKey(),
          () -> checkpointer.checkpoint(record.sequenceNumber(), record.subSequenceNumber()));
    if (!input.records().isEmpty()) log.save(checkpointer::checkpoint);
  }

  @Override
  public void leaseLost(LeaseLostInput input) {
    log.event("lost");
  }

  @Override
  public void shardEnded(ShardEndedInput input) {
    log.save(input.checkpointer()::checkpoint);
    log.event("end");
  }

  @Override
  public void shutdownRequested(ShutdownRequestedInput input) {
    log.save(input.checkpointer()::checkpoint);
  }
}
