// What a record processor of any version of KCL does in the tests: it prints a line for each record and each event of
// its shard,
//   record STREAM/SHARD SEQUENCE_NUMBER SUB_SEQUENCE_NUMBER PARTITION_KEY
//   begin STREAM/SHARD, lost STREAM/SHARD, end STREAM/SHARD, stopped STREAM/SHARD
// and checkpoints after each batch. With the partition key of a last record, it checkpoints at that record, prints
// "stopped", and from then on neither prints records nor checkpoints: as a worker that fails in the middle of a batch.
final class ShardLog {
  interface Checkpoint {
    void save() throws Exception;
  }

  private final String stream, last;
  private String shard;
  private boolean stopped = false;

  ShardLog(String stream, String last) {
    this.stream = stream;
    this.last = last;
  }

  void begin(String shardId) {
    shard = stream + '/' + shardId;
    event("begin");
  }

  // atRecord: checkpoints at this record.
  void record(String sequenceNumber, long subSequenceNumber, String partitionKey, Checkpoint atRecord) {
    if (stopped) return;
    print("record " + shard + ' ' + sequenceNumber + ' ' + subSequenceNumber + ' ' + partitionKey);
    if (!partitionKey.equals(last)) return;
    save(atRecord);
    stopped = true;
    event("stopped");
  }

  void event(String name) {
    print(name + ' ' + shard);
  }

  void save(Checkpoint checkpoint) {
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
