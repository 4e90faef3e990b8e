// Puts records on the stream "in" with the AWS SDK for Java, or expects the same in the stream "out".
// tests/e2e/sdk/round_trip.h says more.
//
// Arguments: put|get endpoint file. Credentials come from the environment.
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

public final class SdkRoundTrip {
  record Expected(String key, SdkBytes data) {}

  static List<Expected> load(String file) throws Exception {
    final List<Expected> all = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of(file))) {
      final String[] parts = line.split(" ");
      final byte[] data = new byte[Integer.parseInt(parts[0])];
      final int offset = Integer.parseInt(parts[1]);
      for (int i = 0; i < data.length; ++i) data[i] = (byte) (offset + i);
      all.add(new Expected(new String(Base64.getDecoder().decode(parts[2]), StandardCharsets.UTF_8),
          SdkBytes.fromByteArray(data)));
    }
    return all;
  }

  static void put(KinesisClient kinesis, List<Expected> all) {
    for (Expected expected : all) {
      final var entry = PutRecordsRequestEntry.builder().partitionKey(expected.key()).data(expected.data()).build();
      final var response = kinesis.putRecords(request -> request.streamName("in").records(entry));
      if (response.failedRecordCount() != 0) throw new IllegalStateException(response.toString());
    }
  }

  static void get(KinesisClient kinesis, List<Expected> missing) {
    for (Shard shard : kinesis.listShards(request -> request.streamName("out")).shards()) {
      String iterator = kinesis.getShardIterator(request -> request.streamName("out").shardId(shard.shardId())
          .shardIteratorType(ShardIteratorType.TRIM_HORIZON)).shardIterator();
      for (long lagMs = 1; lagMs > 0;) {
        final String position = iterator;
        final GetRecordsResponse response = kinesis.getRecords(request -> request.shardIterator(position));
        for (Record record : response.records())
          if (!missing.remove(new Expected(record.partitionKey(), record.data())))
            throw new IllegalStateException("no such record was put, or not as often: " + record);
        iterator = response.nextShardIterator();
        lagMs = response.millisBehindLatest();
      }
    }
    if (!missing.isEmpty()) throw new IllegalStateException("missing: " + missing);
  }

  public static void main(String[] arguments) throws Exception {
    final List<Expected> records = load(arguments[2]);
    try (var kinesis = KinesisClient.builder().endpointOverride(URI.create(arguments[1])).region(Region.US_EAST_1)
        .build()) {
      if (arguments[0].equals("put")) put(kinesis, records);
      else get(kinesis, records);
    }
  }
}
