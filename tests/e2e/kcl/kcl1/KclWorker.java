// A worker of version 1 of the Kinesis Client Library, with the arguments and the output of ../KclWorker.java and
// ../Printer.java. It reads one stream, and has no mode.
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
      shard = stream + '/' + input.getShardId();
      print("begin " + shard);
    }

    @Override
    public void processRecords(ProcessRecordsInput input) {
      final IRecordProcessorCheckpointer checkpointer = input.getCheckpointer();
      for (Record record : input.getRecords()) {
        if (stopped) return;
        final long subSequenceNumber = record instanceof UserRecord user ? user.getSubSequenceNumber() : 0;
        print("record " + shard + ' ' + record.getSequenceNumber() + ' ' + subSequenceNumber + ' '
            + record.getPartitionKey());
        if (!record.getPartitionKey().equals(last)) continue;
        checkpoint(() -> checkpointer.checkpoint(record.getSequenceNumber(), subSequenceNumber));
        stopped = true;
        print("stopped " + shard);
      }
      if (!input.getRecords().isEmpty()) checkpoint(checkpointer::checkpoint);
    }

    @Override
    public void shutdown(ShutdownInput input) {
      final boolean ended = input.getShutdownReason() == ShutdownReason.TERMINATE;
      if (ended) checkpoint(input.getCheckpointer()::checkpoint);
      print((ended ? "end " : "lost ") + shard);
    }

    @Override
    public void shutdownRequested(IRecordProcessorCheckpointer checkpointer) {
      checkpoint(checkpointer::checkpoint);
    }

    private void checkpoint(Checkpoint checkpoint) {
      if (stopped) return;
      try {
        checkpoint.save();
      } catch (Exception failed) {
        print("checkpoint of " + shard + " failed: " + failed);
      }
    }
  }

  static synchronized void print(String line) {
    System.out.println(line);
    System.out.flush();
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
        print("shutdown failed: " + failed);
      }
    }));
    worker.run();
  }
}
