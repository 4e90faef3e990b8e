// A worker of version 1 of the Kinesis Client Library, with the arguments of ../KclWorker.java and the output of
// ../ShardLog.java. It reads one stream, and has no mode.
import com.amazonaws.auth.EnvironmentVariableCredentialsProvider;
import com.amazonaws.services.kinesis.clientlibrary.interfaces.IRecordProcessorCheckpointer;
import com.amazonaws.services.kinesis.clientlibrary.interfaces.v2.IRecordProcessor;
import com.amazonaws.services.kinesis.clientlibrary.interfaces.v2.IShutdownNotificationAware;
import com.amazonaws.services.kinesis.clientlibrary.lib.worker.InitialPositionInStream;
import com.amazonaws.services.kinesis.clientlibrary.lib.worker.KinesisClientLibConfiguration;
import com.amazonaws.services.kinesis.clientlibrary.lib.worker.ShutdownReason;
import com.amazonaws.services.kinesis.clientlibrary.lib.worker.Worker;
import com.amazonaws.services.kinesis.clientlibrary.types.InitializationInput;
import com.amazonaws.services.kinesis.clientlibrary.types.ProcessRecordsInput;
import com.amazonaws.services.kinesis.clientlibrary.types.ShutdownInput;
import com.amazonaws.services.kinesis.clientlibrary.types.UserRecord;
import com.amazonaws.services.kinesis.metrics.interfaces.MetricsLevel;
import com.amazonaws.services.kinesis.model.Record;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

public final class KclWorker {
  static final class Printer implements IRecordProcessor, IShutdownNotificationAware {
    private final ShardLog log;

    Printer(String stream, String last) {
      log = new ShardLog(stream, last);
    }

    @Override
    public void initialize(InitializationInput input) {
      log.begin(input.getShardId());
    }

    @Override
    public void processRecords(ProcessRecordsInput input) {
      final IRecordProcessorCheckpointer checkpointer = input.getCheckpointer();
      for (Record record : input.getRecords()) {
        final long subSequenceNumber = record instanceof UserRecord user ? user.getSubSequenceNumber() : 0;
        log.record(record.getSequenceNumber(), subSequenceNumber, record.getPartitionKey(),
            () -> checkpointer.checkpoint(record.getSequenceNumber(), subSequenceNumber));
      }
      if (!input.getRecords().isEmpty()) log.save(checkpointer::checkpoint);
    }

    @Override
    public void shutdown(ShutdownInput input) {
      final boolean ended = input.getShutdownReason() == ShutdownReason.TERMINATE;
      if (ended) log.save(input.getCheckpointer()::checkpoint);
      log.event(ended ? "end" : "lost");
    }

    @Override
    public void shutdownRequested(IRecordProcessorCheckpointer checkpointer) {
      log.save(checkpointer::checkpoint);
    }
  }

  public static void main(String[] arguments) throws Exception {
    final Map<String, String> options = new HashMap<>();
    for (String argument : arguments) {
      final String[] parts = argument.split("=", 2);
      options.put(parts[0], parts[1]);
    }
    final String stream = options.get("streams"), last = options.get("last");
    final var configuration = new KinesisClientLibConfiguration(options.get("application"), stream,
        new EnvironmentVariableCredentialsProvider(), options.get("worker")).withRegionName("us-east-1")
        .withKinesisEndpoint(options.get("kinesis")).withDynamoDBEndpoint(options.get("dynamodb"))
        .withInitialPositionInStream(InitialPositionInStream.TRIM_HORIZON).withMetricsLevel(MetricsLevel.NONE)
        .withFailoverTimeMillis(6_000).withShardSyncIntervalMillis(2_000).withParentShardPollIntervalMillis(500)
        .withIdleTimeBetweenReadsInMillis(200).withMaxLeasesForWorker(Integer.parseInt(options.get("max_leases")));
    final Worker worker =
        new Worker.Builder().recordProcessorFactory(() -> new Printer(stream, last)).config(configuration).build();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      try {
        worker.startGracefulShutdown().get(60, TimeUnit.SECONDS);
      } catch (Exception failed) {
        ShardLog.print("shutdown failed: " + failed);
      }
    }));
    worker.run();
  }
}
