// The input stage penstock_kinesis: options and ABI over core/kinesis/input.
#include <memory>
#include <utility>

#include "core/kinesis/checkpoint.h"
#include "core/kinesis/input.h"
#include "plugin/connection.h"
#include "plugin/failures.h"
#include "plugin/instance.h"
#include "plugin/stage.h"
#include "plugin/stages.h"

namespace penstock {

namespace {

class KinesisInput : public penstock_instance {
 public:
  static constexpr auto kOptions = joined(
      joined(
          kConnectionOptions,
          failure_options("Where records go that cannot be understood, with the reason. file: JSON Lines, "
                          "fsynced before the checkpoint passes them; while it cannot be written the checkpoint "
                          "waits. drop: they are lost, and counted.")),
      std::array{
          required_option(
              "checkpoint", "memory|file:PATH",
              "Where the position is kept. file: replaced as a whole, and fsynced, every checkpoint_interval. "
              "memory: lost with the process, which begins at initial_position again."),
          option("initial_position", "trim_horizon|latest", "trim_horizon",
                 "Where to begin without a checkpoint: the oldest record kept, or those that come after the first "
                 "start."),
          option("poll_interval", "duration", "1s", "Pause between reads of a shard that has nothing new."),
          option("checkpoint_interval", "duration", "5s",
                 "How often the checkpoint is saved where it has moved. After a crash what came since is read "
                 "again."),
          option("inflate_limit", "size", "16M",
                 "Largest text that one record may inflate to; a larger one goes to on_failure."),
          option("extracted_fields", "on|off", "off",
                 "Keep what CloudWatch Logs extracted from an event, for the filter to add. The account and the "
                 "region in it are read either way."),
      });

  static Made make(const penstock_host& host, const Options& options) {
    Result<Connection> connection = connect(host, options);
    if (!connection.ok()) return connection.status();
    Env& env = connection->host_env->env();
    auto checkpoints = CheckpointStore::open(env, options.text("checkpoint"), options.text("stream"));
    if (!checkpoints.ok()) return checkpoints.status();
    auto failures = open_failures(env, options);
    if (!failures.ok()) return failures.status();
    InputOptions input_options;
    input_options.stream = options.text("stream");
    input_options.from_latest = options.text("initial_position") == "latest";
    input_options.poll_interval_ms = options.duration_ms("poll_interval");
    input_options.checkpoint_interval_ms = options.duration_ms("checkpoint_interval");
    input_options.mem_limit_bytes = options.size_bytes("mem_limit");
    input_options.inflate_limit_bytes = options.size_bytes("inflate_limit");
    if (options.on("extracted_fields")) input_options.extracted_fields = ExtractedFields::keep;
    auto made = std::unique_ptr<KinesisInput>(new KinesisInput(std::move(*connection), std::move(*checkpoints),
                                                               std::move(*failures), std::move(input_options)));
    if (Status opened = made->input_.open(); !opened.ok()) return opened;
    return Made(std::move(made));
  }

  ~KinesisInput() override { connection_.host_env->end_calls(); }

  int descriptor() const override { return env().transport.descriptor(); }
  int64_t next_deadline_ms() const override { return closed ? INT64_MAX : input_.next_deadline_ms(); }
  void stats(penstock_stat_fn stat, void* stat_ctx) const override { input_.stats(stat, stat_ctx); }
  Status close(int64_t) override { return input_.close(); }

  Input& input() { return input_; }
  int64_t deadline(int64_t deadline_ms) const { return connection_.host_env->deadline(deadline_ms); }

 private:
  KinesisInput(Connection connection, std::unique_ptr<CheckpointStore> checkpoints,
               std::unique_ptr<FailureLog> failures, InputOptions options)
      : penstock_instance(kKinesisInputStage),
        connection_(std::move(connection)),
        checkpoints_(std::move(checkpoints)),
        failures_(std::move(failures)),
        input_(env(), *connection_.client, *checkpoints_, *failures_, std::move(options)) {}

  Env& env() const { return connection_.host_env->env(); }

  Connection connection_;
  std::unique_ptr<CheckpointStore> checkpoints_;
  std::unique_ptr<FailureLog> failures_;
  Input input_;
};

template <typename Body>
int32_t on_input(penstock_instance* self, penstock_error* error, Body body) noexcept {
  return guarded_as<KinesisInput>(kKinesisInputStage, self, In::open, error, body);
}

int32_t poll(penstock_instance* self, int64_t deadline_ms, penstock_emit_fn emit, void* emit_ctx,
             penstock_error* error) {
  if (emit == nullptr) return tell(error, PENSTOCK_E_INVALID, false, "emit is NULL");
  return on_input(self, error, [&](KinesisInput& it) {
    const int32_t answer = it.input().poll(it.deadline(deadline_ms), emit, emit_ctx);
    return answer < 0 ? tell(error, answer, true, "emit refused a batch; it is emitted again") : answer;
  });
}

int32_t ack(penstock_instance* self, uint64_t ack_id, int32_t outcome, penstock_error* error) {
  return on_input(self, error, [&](KinesisInput& it) {
    if (outcome < PENSTOCK_DELIVERED || outcome > PENSTOCK_GIVEN_BACK)
      return tell(error, PENSTOCK_E_INVALID, false, "there is no outcome " + std::to_string(outcome));
    if (!it.input().ack(ack_id, outcome))
      return tell(error, PENSTOCK_E_INVALID, false,
                  "no batch with the ack_id " + std::to_string(ack_id) + " is outstanding");
    return int32_t{PENSTOCK_OK};
  });
}

int32_t pump(penstock_instance* self, int64_t deadline_ms, penstock_error* error) {
  return on_input(self, error, [&](KinesisInput& it) {
    it.input().pump(it.deadline(deadline_ms));
    return int32_t{PENSTOCK_OK};
  });
}

constexpr penstock_input kCalls = {sizeof(penstock_input), 0, poll, ack, pump};

}  // namespace

constinit const penstock_stage kKinesisInputStage = Stage<KinesisInput>::input(
    "penstock_kinesis",
    "Reads CloudWatch Logs subscription messages from a Kinesis data stream and takes them apart into log events.",
    kCalls);

}  // namespace penstock
