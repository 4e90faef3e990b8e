// The output stage penstock_kinesis: options and ABI over core/kinesis/writer.
#include <algorithm>
#include <memory>
#include <utility>

#include "core/kinesis/failure.h"
#include "core/kinesis/writer.h"
#include "plugin/connection.h"
#include "plugin/instance.h"
#include "plugin/stages.h"

namespace penstock {

namespace {

constexpr auto kOptions =
    joined(kConnectionOptions,
           std::array{
               required_option(
                   "on_failure", "drop|file:PATH",
                   "Where records go that can never be delivered, with the reason. file: JSON Lines, fsynced "
                   "before their batch is settled; while it cannot be written the batch waits. drop: they are "
                   "lost, and counted."),
           });

class KinesisOutput : public penstock_instance {
 public:
  static Made make(const penstock_host& host, const Options& options) {
    Result<Connection> connection = connect(host, options);
    if (!connection.ok()) return connection.status();
    auto failures = FailureLog::open(connection->host_env->env(), options.text("on_failure"));
    if (!failures.ok()) return failures.status();
    return Made(std::unique_ptr<penstock_instance>(
        new KinesisOutput(std::move(*connection), std::move(*failures),
                          Writer::Options{options.text("stream"), options.size_bytes("mem_limit")})));
  }

  ~KinesisOutput() override { connection_.host_env->end_calls(); }

  int descriptor() const override { return env().transport.descriptor(); }
  int64_t next_deadline_ms() const override {
    return std::min(writer_.next_deadline_ms(), env().transport.next_deadline_ms());
  }

  void stats(penstock_stat_fn stat, void* stat_ctx) const override {
    const WriterCounters counters = writer_.counters();
    const auto tell_stat = [&](int32_t kind, const char* name, const char* unit, const char* help, int64_t value) {
      const penstock_stat one = {sizeof(penstock_stat), kind, name, unit, help, value};
      stat(stat_ctx, &one);
    };
    tell_stat(PENSTOCK_COUNTER, "records_in", "records", "taken by write()", counters.records_in);
    tell_stat(PENSTOCK_COUNTER, "records_out", "records", "that the service took", counters.records_out);
    tell_stat(PENSTOCK_COUNTER, "bytes_out", "bytes", "of these, with partition keys", counters.bytes_out);
    tell_stat(PENSTOCK_COUNTER, "calls", "calls", "PutRecords", counters.calls);
    tell_stat(PENSTOCK_COUNTER, "failed_calls", "calls", "refused as a whole, or without an answer",
              counters.failed_calls);
    tell_stat(PENSTOCK_COUNTER, "refused_records", "records", "refused one by one", counters.refused_records);
    tell_stat(PENSTOCK_COUNTER, "retries", "records", "sent again", counters.retries);
    tell_stat(PENSTOCK_COUNTER, "failures", "records", "in the failure file", counters.failures);
    tell_stat(PENSTOCK_GAUGE, "bytes_in_flight", "bytes", "held, under mem_limit", counters.bytes_in_flight);
    tell_stat(PENSTOCK_GAUGE, "records_queued", "records", "in no call under way", counters.records_queued);
    tell_stat(PENSTOCK_GAUGE, "healthy", "", "0 while the failure file cannot be written or the service refuses",
              counters.healthy);
  }

  // Sends what can be sent; the next pump gives back the rest.
  Status close(int64_t deadline_ms) override {
    writer_.close();
    do {
      drive(writer_.idle() ? 0 : deadline_ms);
    } while (!writer_.idle() && env().clock.monotonic_ms() < deadline(deadline_ms));
    writer_.give_back();
    return {};
  }

  Status write(const penstock_batch& batch) { return writer_.write(batch); }
  bool full() const { return writer_.full(); }

  void pump(int64_t deadline_ms, penstock_settled_fn settled, void* settled_ctx) {
    for (;;) {
      if (!closed) drive(deadline_ms);
      const std::vector<SettledBatch> batches = writer_.take_settled();
      for (const SettledBatch& batch : batches) settled(settled_ctx, batch.ack_id, batch.outcome);
      if (closed || !batches.empty() || env().clock.monotonic_ms() >= deadline(deadline_ms)) return;
    }
  }

 private:
  KinesisOutput(Connection connection, std::unique_ptr<FailureLog> failures, Writer::Options options)
      : penstock_instance(kKinesisOutputStage),
        connection_(std::move(connection)),
        failures_(std::move(failures)),
        writer_(env(), *failures_, std::move(options), [this](std::string body, KinesisClient::Answered answered) {
          connection_.client->call("PutRecords", std::move(body), kMaxPutRecordsAnswerBytes, std::move(answered));
        }) {}

  Env& env() const { return connection_.host_env->env(); }
  int64_t deadline(int64_t deadline_ms) const { return connection_.host_env->deadline(deadline_ms); }

  void drive(int64_t deadline_ms) {
    writer_.advance();
    env().transport.drive(std::min(deadline(deadline_ms), writer_.next_deadline_ms()));
    writer_.advance();
  }

  Connection connection_;
  std::unique_ptr<FailureLog> failures_;
  Writer writer_;
};

int32_t write(penstock_instance* self, const penstock_batch* given, penstock_error* error) {
  return guarded_as<KinesisOutput>(kKinesisOutputStage, self, In::open, error, [&](KinesisOutput& it) {
    penstock_batch batch;
    int32_t code = PENSTOCK_OK;
    if (!read_batch(given, batch, error, code)) return code;
    const Status written = it.write(batch);
    if (!written.ok()) return tell(error, written);
    return int32_t{it.full() ? PENSTOCK_FULL : PENSTOCK_OK};
  });
}

int32_t pump(penstock_instance* self, int64_t deadline_ms, penstock_settled_fn settled, void* settled_ctx,
             penstock_error* error) {
  if (settled == nullptr) return tell(error, PENSTOCK_E_INVALID, false, "settled is NULL");
  return guarded_as<KinesisOutput>(kKinesisOutputStage, self, In::open_or_closed, error, [&](KinesisOutput& it) {
    it.pump(deadline_ms, settled, settled_ctx);
    return int32_t{it.full() ? PENSTOCK_FULL : PENSTOCK_OK};
  });
}

int32_t check(const penstock_option* options, size_t count, size_t stride, penstock_problem_fn problem,
              void* ctx) {
  return check_options(kOptions, options, count, stride, problem, ctx);
}

int32_t create(const penstock_host* host, const penstock_option* options, size_t count, size_t stride,
               penstock_instance** out, penstock_error* error) {
  return create_instance(kOptions, host, options, count, stride, out, error, KinesisOutput::make);
}

constexpr penstock_output kOutput = {sizeof(penstock_output), 0, write, pump};

}  // namespace

constinit const penstock_stage kKinesisOutputStage = {
    sizeof(penstock_stage),
    PENSTOCK_OUTPUT,
    "penstock_kinesis",
    "Writes records to a Kinesis data stream with PutRecords, sending again only what was refused.",
    kOptions.data(),
    kOptions.size(),
    sizeof(penstock_option_info),
    nullptr,
    nullptr,
    &kOutput,
    check,
    create,
    instance_descriptor,
    instance_next_deadline_ms,
    instance_stats,
    instance_close,
    instance_destroy,
};

}  // namespace penstock
