// A worker of the Kinesis Client Library whose records ShardLog prints. SIGTERM shuts it down in an orderly way.
//
// Arguments, each NAME=VALUE; credentials come from the environment:
//   application, worker
//   streams       a name; or, comma-separated, the identifiers account:name:epoch of several streams
//   kinesis, dynamodb   endpoints
//   max_leases
//   last          the partition key of the last record (see ShardLog)
//   mode          only KCL 3 has this option: how the leases are divided, such as CLIENT_VERSION_CONFIG_3X
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
import software.amazon.kinesis.common.StreamConfig;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.metrics.NullMetricsFactory;
import software.amazon.kinesis.processor.FormerStreamsLeasesDeletionStrategy;
import software.amazon.kinesis.processor.MultiStreamTracker;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.processor.ShardRecordProcessorFactory;
import software.amazon.kinesis.processor.SingleStreamTracker;
import software.amazon.kinesis.processor.StreamTracker;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

public final class KclWorker {
  static final InitialPositionInStreamExtended OLDEST =
      InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON);

  static final class SeveralStreams implements MultiStreamTracker {
    private final List<StreamConfig> streams = new ArrayList<>();

    SeveralStreams(String identifiers) {
      for (String identifier : identifiers.split(","))
        streams.add(new StreamConfig(StreamIdentifier.multiStreamInstance(identifier), OLDEST));
    }

    @Override
    public List<StreamConfig> streamConfigList() {
      return streams;
    }

    @Override
    public FormerStreamsLeasesDeletionStrategy formerStreamsLeasesDeletionStrategy() {
      return new FormerStreamsLeasesDeletionStrategy.NoLeaseDeletionStrategy();
    }
  }

  static ShardRecordProcessorFactory printers(String last) {
    return new ShardRecordProcessorFactory() {
      @Override
      public ShardRecordProcessor shardRecordProcessor() {
        throw new IllegalStateException("called without a stream");
      }

      @Override
      public ShardRecordProcessor shardRecordProcessor(StreamIdentifier stream) {
        return new Printer(stream.streamName(), last);
      }
    };
  }

  static void divideLeases(Object coordinatorConfig, String mode) throws Exception {
    for (var method : coordinatorConfig.getClass().getMethods()) {
      if (!method.getName().equals("clientVersionConfig") || method.getParameterCount() != 1) continue;
      for (Object value : method.getParameterTypes()[0].getEnumConstants())
        if (value.toString().equals(mode)) method.invoke(coordinatorConfig, value);
    }
  }

  public static void main(String[] arguments) throws Exception {
    final Map<String, String> options = new HashMap<>();
    for (String argument : arguments) {
      final String[] parts = argument.split("=", 2);
      options.put(parts[0], parts[1]);
    }
    final var http = NettyNioAsyncHttpClient.builder().protocol(Protocol.HTTP1_1);
    final var kinesis = KinesisAsyncClient.builder().endpointOverride(URI.create(options.get("kinesis")))
        .region(Region.US_EAST_1).httpClientBuilder(http).build();
    final var dynamo = DynamoDbAsyncClient.builder().endpointOverride(URI.create(options.get("dynamodb")))
        .region(Region.US_EAST_1).build();
    final var noMetrics = CloudWatchAsyncClient.builder().region(Region.US_EAST_1).build();

    final String streams = options.get("streams");
    final boolean several = streams.contains(":");
    final StreamTracker tracker = several ? new SeveralStreams(streams) : new SingleStreamTracker(streams, OLDEST);
    final var configs = new ConfigsBuilder(tracker, options.get("application"), kinesis, dynamo, noMetrics,
        options.get("worker"), printers(options.get("last")));
    final var coordinator = configs.coordinatorConfig().parentShardPollIntervalMillis(500)
        .shardConsumerDispatchPollIntervalMillis(200);
    divideLeases(coordinator, options.get("mode"));
    final var leases = configs.leaseManagementConfig().failoverTimeMillis(6_000).shardSyncIntervalMillis(2_000)
        .maxLeasesForWorker(Integer.parseInt(options.get("max_leases")));
    final var polling = several ? new PollingConfig(kinesis) : new PollingConfig(streams, kinesis);
    final var retrieval = configs.retrievalConfig()
        .retrievalSpecificConfig(polling.idleTimeBetweenReadsInMillis(200));
    final var scheduler = new Scheduler(configs.checkpointConfig(), coordinator, leases, configs.lifecycleConfig(),
        configs.metricsConfig().metricsFactory(new NullMetricsFactory()), configs.processorConfig(), retrieval);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      try {
        scheduler.startGracefulShutdown().get(60, TimeUnit.SECONDS);
      } catch (Exception failed) {
        ShardLog.print("shutdown failed: " + failed);
      }
    }));
    scheduler.run();
  }
}
