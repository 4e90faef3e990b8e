// Writes records with the Kinesis Producer Library: record N, with partition key N, for N below a count. Prints how many
// were accepted.
//
// Arguments: stream port-on-loopback count. Credentials come from the environment.
import com.google.common.util.concurrent.ListenableFuture;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import software.amazon.kinesis.producer.KinesisProducer;
import software.amazon.kinesis.producer.KinesisProducerConfiguration;
import software.amazon.kinesis.producer.UserRecordResult;

public final class KplWriter {
  public static void main(String[] arguments) throws Exception {
    final String stream = arguments[0];
    final int port = Integer.parseInt(arguments[1]), count = Integer.parseInt(arguments[2]);
    // Its native process requires TLS, and does not trust the model's certificate.
    final var producer = new KinesisProducer(new KinesisProducerConfiguration().setRegion("us-east-1")
        .setKinesisEndpoint("127.0.0.1").setKinesisPort(port).setStsEndpoint("127.0.0.1").setStsPort(port)
        .setVerifyCertificate(false).setMetricsLevel("none").setRecordTtl(120_000));
    final List<ListenableFuture<UserRecordResult>> results = new ArrayList<>();
    for (int i = 0; i < count; ++i) {
      results.add(producer.addUserRecord(stream, Integer.toString(i),
          ByteBuffer.wrap(("record " + i).getBytes(StandardCharsets.UTF_8))));
      if (i == 0) results.get(0).get();  // until it knows the shards, it aggregates nothing
    }
    producer.flushSync();
    int accepted = 0;
    for (var result : results)
      if (result.get().isSuccessful()) ++accepted;
    System.out.println("accepted " + accepted);
    producer.destroy();
  }
}
