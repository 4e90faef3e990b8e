// The output stage penstock_kinesis: options and ABI over core/kinesis/output/writer.
#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/crypto.h"
#include "core/kinesis/output/writer.h"
#include "plugin/abi/instance.h"
#include "plugin/abi/stage.h"
#include "plugin/commands/access_commands.h"
#include "plugin/commands/sizing.h"
#include "plugin/commands/stream_identity.h"
#include "plugin/settings/connection.h"
#include "plugin/settings/dead_letter_settings.h"
#include "plugin/settings/kept_files.h"
#include "plugin/settings/option_errors.h"
#include "plugin/settings/stream_options.h"
#include "plugin/stages/stages.h"

namespace penstock::plugin {

namespace {

// The stream option also accepts an ARN.
constexpr auto connection_options() {
  auto options = kConnectionOptions;
  for (penstock_option_info& info : options)
    if (std::string_view(info.name) == "stream")
      info = option("stream", "text", nullptr, "Name of the Kinesis data stream, or its ARN.");
  return options;
}

Status check_region_is_of(const Options& options, const kinesis::StreamName& stream) {
  const std::string& region = options.text("region");
  if (region.empty() || stream.region.empty() || stream.region == region) return {};
  return {Code::config, "PS0119",
          "region " + region + " is wrong: " + stream.text + " is in " + stream.region +
              "; remove region, because the ARN includes it"};
}

// Returns the stream in a list, which is empty if it could not be read.
std::vector<kinesis::StreamName> read_stream(const Options& options, const Complain& complain) {
  std::vector<kinesis::StreamName> streams = read_streams(options, complain);
  if (streams.size() > 1) {
    complain(Status(Code::config, "PS0136",
                    "stream names " + std::to_string(streams.size()) +
                        " streams, but an output writes to one: use a section for each"));
    streams.clear();
  }
  if (!streams.empty()) complain(check_region_is_of(options, streams.front()));
  return streams;
}

Status check_size(const Options& options, const char* name, size_t most) {
  if (options.size_bytes(name) <= most) return {};
  return out_of_range(options, name, "at most " + std::to_string(most) + " bytes");
}

Status check_record_fits_call(const Options& options) {
  if (options.size_bytes("max_record_bytes") <= options.size_bytes("max_request_bytes")) return {};
  return exceeds(options, "max_record_bytes", "max_request_bytes");
}

void read_limits(const Options& options, kinesis::Writer::Options& writer, const Complain& complain) {
  complain(check_size(options, "max_request_bytes", kinesis::kMaxRaisedCallBytes));
  if (!options.is("max_record_bytes", "auto")) {
    const Status size = check_size(options, "max_record_bytes", kinesis::kMaxRaisedRecordBytes);
    complain(size.ok() ? check_record_fits_call(options) : size);
  }
  writer.calls.aggregator.max_call_bytes = options.size_bytes("max_request_bytes");
  writer.max_record_bytes = options.is("max_record_bytes", "auto") ? kinesis::TargetStream::kAskTheStream
                                                                   : options.size_bytes("max_record_bytes");
}

void read_retries(const Options& options, kinesis::Writer::Options& writer, const Complain& complain) {
  writer.retry = {.base_ms = options.duration_ms("retry_base"), .cap_ms = options.duration_ms("retry_cap")};
  if (writer.retry.base_ms > writer.retry.cap_ms) complain(exceeds(options, "retry_base", "retry_cap"));
}

void read_keys(const Options& options, kinesis::Writer::Options& writer, const Complain& complain) {
  Result<kinesis::PartitionKeys> keys =
      kinesis::PartitionKeys::make(options.text("partition_key"), options.text("partition_key_missing"));
  complain(keys.status());
  if (keys.ok()) writer.partition_keys = std::move(*keys);
  writer.calls.aggregator.random_hash_keys = options.is("explicit_hash_key", "random");
}

Status check_compression(const Options& options) {
  if (!options.is("aggregate", "kpl") || !options.is("compression", "gzip")) return {};
  return not_together("aggregate kpl", "compression gzip",
                      "consumers of the KPL's format do not expect its records compressed; aggregate newline with "
                      "compression gzip sends the fewest bytes");
}

Status check_md5(const Options& options) {
  if (!options.is("aggregate", "kpl") || md5("")) return {};
  return {Code::config, "PS0141",
          "aggregate kpl needs MD5, which OpenSSL does not provide on this machine (FIPS mode?): use aggregate "
          "newline"};
}

Status check_order(const Options& options) {
  if (!options.is("ordering", "per_key") || !options.is("explicit_hash_key", "random")) return {};
  return not_together("ordering per_key", "explicit_hash_key random",
                      "the records of a key would go to many shards; remove one of them");
}

void read_packing(const Options& options, kinesis::Writer::Options& writer, const Complain& complain) {
  complain(check_compression(options));
  complain(check_md5(options));
  complain(check_order(options));
  kinesis::Aggregator::Options& aggregator = writer.calls.aggregator;
  if (options.is("aggregate", "newline")) aggregator.aggregate = kinesis::Aggregator::Aggregate::newline;
  if (options.is("aggregate", "kpl")) aggregator.aggregate = kinesis::Aggregator::Aggregate::kpl;
  aggregator.append_newline = options.on("append_newline");
  aggregator.gzip = options.is("compression", "gzip");
  writer.calls.order_per_key = options.is("ordering", "per_key");
}

void read_others(const Options& options, kinesis::Writer::Options& writer, const Complain&) {
  writer.mem_limit_bytes = options.size_bytes("mem_limit");
  writer.calls.linger_ms = options.duration_ms("linger");
  if (!options.is("record_retry_limit", "none")) writer.record_retry_limit = options.number("record_retry_limit");
  if (!options.is("max_record_age", "none"))
    writer.calls.max_record_age_ms = options.duration_ms("max_record_age");
}

struct OutputSettings {
  std::vector<kinesis::StreamName> stream;  // one; empty if it could not be read
  kinesis::Writer::Options writer = {};
};

// Reads the settings. Reports options that contradict each other or cannot be used.
OutputSettings read_output_settings(const Options& options, const Complain& complain) {
  OutputSettings settings;
  settings.stream = read_stream(options, complain);
  if (!settings.stream.empty()) settings.writer.stream = settings.stream.front().text;
  using Read = void (*)(const Options&, kinesis::Writer::Options&, const Complain&);
  for (const Read read : {Read{read_limits}, read_retries, read_keys, read_packing, read_others}) {
    options.start_check();
    read(options, settings.writer, complain);
  }
  options.start_check();
  return settings;
}

class KinesisOutput : public penstock_instance {
 public:
  static constexpr auto kOptions = joined(
      joined(connection_options(),
             dead_letter_options("Where to put records that can never be delivered, with the reason. file: a JSON "
                                 "Lines file, fsynced before the records' batch is settled; while it cannot be "
                                 "written, the batch waits. drop: the records are lost, and counted.")),
      std::array{
          option("stream_arn", "text", nullptr,
                 "ARN of the stream instead of its name, for example for a stream in another account. region, if "
                 "set, must be the stream's."),
          option(
              "linger", "duration", "100ms",
              "Time that a record waits for others to share its call. 500 records, or max_request_bytes, are "
              "sent at once. The default in Fluent Bit is 1ms, because the records of a chunk arrive together."),
          option("max_record_bytes", "auto|SIZE", "1M",
                 "Maximum size of a record that the stream accepts, including the partition key, up to 10M; a "
                 "larger record goes to on_failure. auto: get the size from DescribeStreamSummary before the "
                 "first call, or use 1M without permission for that."),
          option(
              "max_request_bytes", "size", "5M",
              "Maximum size of a PutRecords call, data and partition keys, up to 10M; at least max_record_bytes."),
          option("retry_base", "duration", "100ms",
                 "Maximum wait before the first retry of a failed call or a rejected record. Each further retry "
                 "doubles it, up to retry_cap; the actual wait is random, from 0 to the maximum (full jitter)."),
          option("retry_cap", "duration", "10s",
                 "Upper limit of the wait before a retry; at most 2s for records that were rejected individually. "
                 "What the service rejects permanently is retried every 30s."),
          option("record_retry_limit", "none|NUMBER", "none",
                 "Number of retries after which a record goes to on_failure. none: retry without limit."),
          option("max_record_age", "none|DURATION", "none",
                 "Maximum time from the arrival of a record at the output to its delivery; after that, it goes to "
                 "on_failure. none: no limit."),
          option(
              "partition_key", "log_stream|random|source|field:PATH|text:TEXT", "log_stream",
              "Partition key of a record, which selects its shard. log_stream: the log stream, else the record's "
              "ID, else the key of the source record. random: a random key. source: the key of the source record. "
              "field: a member of the record's JSON, such as field:lambda.requestId. text: the same key for all "
              "records, so that all go to one shard. A key of more than 256 characters is hashed."),
          option("partition_key_missing", "log_stream|random|on_failure", "log_stream",
                 "What to do if source or field finds no key: use another key, or send the record to on_failure."),
          option(
              "ordering", "none|per_key", "none",
              "per_key: keep the records of each partition key in order (a late duplicate may follow after a "
              "lost response). Only one record of a key is in flight at a time, so set aggregate too. Nothing is "
              "sent before DescribeStreamSummary shows that the stream heeds keys, nor while its record "
              "distribution strategy is AUTO; without permission for that call, order is not certain."),
          option("aggregate", "none|newline|kpl", "none",
                 "newline: join several records of a partition key into one of up to 50K, separated by newlines. "
                 "kpl: join several records of a shard in the same way, in the format of the Kinesis Producer "
                 "Library, which KCL and Firehose deaggregate. kpl calls ListShards. Without permission for that, "
                 "it joins only records of the same partition key on a provisioned stream, and none on an "
                 "on-demand stream. It joins none while the stream's record "
                 "distribution strategy is AUTO, because KCL drops aggregated records then."),
          option("append_newline", "on|off", "off",
                 "on: end the data of each sent record with a newline; with aggregate kpl, each user record."),
          option("compression", "none|gzip", "none",
                 "gzip: compress the data of each sent record, after aggregate and append_newline. Not with "
                 "aggregate kpl."),
          option("explicit_hash_key", "none|random", "none",
                 "random: spread records evenly over the shards, whatever their partition key, which consumers "
                 "still see. Nothing is sent while the stream's record distribution strategy is AUTO, with which "
                 "the service spreads the records."),
      });

  static constexpr std::array kCommands = {kSizingCommand, kStreamsCommand, kWriteAccessCommand};

  using Settings = OutputSettings;
  static Settings read_settings(const Options& options, const Complain& complain) {
    Settings settings = read_output_settings(options, complain);
    check_connection(options, settings.stream, false, complain);
    complain(check_failure_file(options));
    complain(check_dead_letters(options));
    check_own_files(options, {"on_failure", "ca_file"}, complain);
    return settings;
  }

  static Made make(const penstock_host& host, const Options& options, Settings settings) {
    Result<Connection> connection = connect(host, options, settings.stream.front().region);
    if (!connection.ok()) return connection.status();
    auto failures = open_dead_letters(connection->host_env->env(), options);
    if (!failures.ok()) return failures.status();
    return Made(std::unique_ptr<penstock_instance>(
        new KinesisOutput(std::move(*connection), std::move(*failures), std::move(settings.writer))));
  }

  ~KinesisOutput() override { connection_.host_env->end_calls(); }

  int descriptor() const override { return env().transport.descriptor(); }
  int64_t next_deadline_ms() const override {
    return std::min(writer_.next_deadline_ms(), env().transport.next_deadline_ms());
  }

  void stats(penstock_stat_fn stat, void* stat_ctx) const override {
    const MetricsSink metrics(stat, stat_ctx);
    writer_.stats(metrics);
    connection_.stats(metrics);
  }

  // Sends what can be sent; the next pump releases the rest.
  Status close(int64_t deadline_ms) override {
    writer_.close();
    do {
      drive(writer_.idle() ? 0 : deadline_ms);
    } while (!writer_.idle() && env().clock.monotonic_ms() < deadline(deadline_ms));
    writer_.release();
    return {};
  }

  Status write(const penstock_batch& batch) { return writer_.write(batch); }
  bool full() const { return writer_.full(); }

  void pump(int64_t deadline_ms, penstock_settled_fn settled, void* settled_ctx) {
    for (;;) {
      if (closed)
        writer_.release();  // if close() did not reach it
      else
        drive(deadline_ms);
      const std::vector<kinesis::SettledBatch> batches = writer_.take_settled();
      for (const kinesis::SettledBatch& batch : batches) settled(settled_ctx, batch.ack_id, batch.outcome);
      if (closed || !batches.empty() || env().clock.monotonic_ms() >= deadline(deadline_ms)) return;
    }
  }

 private:
  KinesisOutput(Connection connection, std::unique_ptr<kinesis::DeadLetterFile> failures,
                kinesis::Writer::Options options)
      : penstock_instance(kKinesisOutputStage),
        connection_(std::move(connection)),
        dead_letter_file_(std::move(failures)),
        writer_(env(), *dead_letter_file_, std::move(options), service_call()) {}

  aws::ServiceCall service_call() {
    return [this](std::string_view operation, std::string body, size_t max_response_bytes,
                  aws::ServiceClient::Done answered) {
      connection_.client->call(operation, std::move(body), max_response_bytes, std::move(answered));
    };
  }

  Env& env() const { return connection_.host_env->env(); }
  int64_t deadline(int64_t deadline_ms) const { return connection_.host_env->deadline(deadline_ms); }

  void drive(int64_t deadline_ms) {
    writer_.advance();
    env().transport.drive(std::min(deadline(deadline_ms), writer_.next_deadline_ms()));
    writer_.advance();
  }

  Connection connection_;
  std::unique_ptr<kinesis::DeadLetterFile> dead_letter_file_;
  kinesis::Writer writer_;
};

int32_t write(penstock_instance* self, const penstock_batch* given, penstock_error* error) {
  return guarded_as<KinesisOutput>(kKinesisOutputStage, self, In::open, error, [&](KinesisOutput& it) {
    penstock_batch batch;
    int32_t code = PENSTOCK_OK;
    if (!read_batch(given, batch, error, code)) return code;
    const Status written = it.write(batch);
    if (!written.ok()) return set_error(error, written);
    return int32_t{it.full() ? PENSTOCK_FULL : PENSTOCK_OK};
  });
}

int32_t pump(penstock_instance* self, int64_t deadline_ms, penstock_settled_fn settled, void* settled_ctx,
             penstock_error* error) {
  if (settled == nullptr) return set_error(error, PENSTOCK_E_INVALID, false, "PS0052", "settled is NULL");
  return guarded_as<KinesisOutput>(kKinesisOutputStage, self, In::open_or_closed, error, [&](KinesisOutput& it) {
    it.pump(deadline_ms, settled, settled_ctx);
    return int32_t{it.full() ? PENSTOCK_FULL : PENSTOCK_OK};
  });
}

constexpr penstock_output kCalls = {sizeof(penstock_output), 0, write, pump};

}  // namespace

constinit const penstock_stage kKinesisOutputStage = Stage<KinesisOutput>::output(
    "penstock_kinesis",
    "Writes records to a Kinesis data stream with PutRecords, and retries only the rejected ones.", kCalls);

}  // namespace penstock::plugin
