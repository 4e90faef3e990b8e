// A worker of the Kinesis Client Library that prints a line for each record and each event of a shard:
//   record SHARD SEQUENCE_NUMBER SUB_SEQUENCE_NUMBER PARTITION_KEY
//   begin SHARD, lost SHARD, end SHARD
// SIGTERM shuts it down in an orderly way.
//
// Arguments: application worker stream endpoint-of-kinesis endpoint-of-dynamodb max-leases. Credentials come from the
// environment.
import java.net.URI;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.metrics.NullMetricsFactory;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

public final class KclWorker {
  static final class Printer implements ShardRecordProcessor {
    private String shard;

    @Override
    public void initialize(InitializationInput input) {
      shard = input.shardId();
      print("begin " + shard);
    }

    @Override
    public void processRecords(ProcessRecordsInput input) {
      for (KinesisClientRecord record : input.records())
        print("record " + shard + ' ' + record.sequenceNumber() + ' ' + record.subSequenceNumber() + ' '
            + record.partitionKey());
      if (!input.records().isEmpty()) checkpoint(input.checkpointer());
    }

    @Override
    public void leaseLost(LeaseLostInput input) {
      print("lost " + shard);
    }

    @Override
    public void shardEnded(ShardEndedInput input) {
      checkpoint(input.checkpointer());
      print("end " + shard);
    }

    @Override
    public void shutdownRequested(ShutdownRequestedInput input) {
      checkpoint(input.checkpointer());
    }

    private void checkpoint(RecordProcessorCheckpointer checkpointer) {
      try {
        checkpointer.checkpoint();
      } catch (Exception failed) {
        print("checkpoint of " + shard + " failed: " + failed);
      }
    }
  }

  static synchronized void print(String line) {
    System.out.println(line);
    System.out.flush();
  }

  // Only KCL 3 has this option: divide the leases as KCL 2.x does.
  static void makeCompatible(Object coordinatorConfig) throws Exception {
    for (var method : coordinatorConfig.getClass().getMethods()) {
      if (!method.getName().equals("clientVersionConfig") || method.getParameterCount() != 1) continue;
      for (Object mode : method.getParameterTypes()[0].getEnumConstants())
        if (mode.toString().equals("CLIENT_VERSION_CONFIG_COMPATIBLE_WITH_2X")) method.invoke(coordinatorConfig, mode);
    }
  }

  public static void main(String[] arguments) throws Exception {
    final String application = arguments[0], worker = arguments[1], stream = arguments[2];
    final var http = NettyNioAsyncHttpClient.builder().protocol(Protocol.HTTP1_1);
    final var kinesis = KinesisAsyncClient.builder().endpointOverride(URI.create(arguments[3]))
        .region(Region.US_EAST_1).httpClientBuilder(http).build();
    final var dynamo = DynamoDbAsyncClient.builder().endpointOverride(URI.create(arguments[4]))
        .region(Region.US_EAST_1).build();
    final var noMetrics = CloudWatchAsyncClient.builder().region(Region.US_EAST_1).build();

    final var configs =
        new ConfigsBuilder(stream, application, kinesis, dynamo, noMetrics, worker, Printer::new);
    final var coordinator = configs.coordinatorConfig().parentShardPollIntervalMillis(500)
        .shardConsumerDispatchPollIntervalMillis(200);
    makeCompatible(coordinator);
    final var leases = configs.leaseManagementConfig().failoverTimeMillis(6_000).shardSyncIntervalMillis(2_000)
        .maxLeasesForWorker(Integer.parseInt(arguments[5]));
    final var retrieval = configs.retrievalConfig()
        .retrievalSpecificConfig(new PollingConfig(stream, kinesis).idleTimeBetweenReadsInMillis(200));
    retrieval.initialPositionInStreamExtended(
        InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON));
    final var scheduler = new Scheduler(configs.checkpointConfig(), coordinator, leases, configs.lifecycleConfig(),
        configs.metricsConfig().metricsFactory(new NullMetricsFactory()), configs.processorConfig(), retrieval);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      try {
        scheduler.startGracefulShutdown().get(60, TimeUnit.SECONDS);
      } catch (Exception failed) {
        print("shutdown failed: " + failed);
      }
    }));
    scheduler.run();
  }
}
