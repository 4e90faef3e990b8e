// The input stage penstock_kinesis: options and ABI over core/kinesis/input/input and core/kinesis/queue.
#include <array>
#include <memory>
#include <string>
#include <utility>

#include "core/kinesis/dead_letter_file.h"
#include "core/kinesis/input/input.h"
#include "core/kinesis/input/local_assignment.h"
#include "core/kinesis/queue/queue_input.h"
#include "plugin/abi/instance.h"
#include "plugin/abi/stage.h"
#include "plugin/commands/access_commands.h"
#include "plugin/commands/input_commands.h"
#include "plugin/commands/queue_commands.h"
#include "plugin/commands/stream_identity.h"
#include "plugin/settings/dead_letter_settings.h"
#include "plugin/settings/input_connection.h"
#include "plugin/settings/input_settings.h"
#include "plugin/settings/kept_files.h"
#include "plugin/stages/stages.h"

namespace penstock::plugin {

namespace {

class KinesisInput : public penstock_instance {
 public:
  static constexpr auto kOptions = kInputOptions;
  static constexpr std::array kCommands = {kSeekCommand, kLeasesCommand, kQueueCommand, kStreamsCommand,
                                           kReadAccessCommand};

  using Settings = InputSettings;
  static Settings read_settings(const Options& options, const Complain& complain) {
    Settings settings = read_input_settings(options, complain);
    check_connection(options, settings.sources(), settings.leases.are_used, complain);
    complain(check_checkpoint_file(options));
    complain(check_failure_file(options));
    complain(check_dead_letters(options));
    check_own_files(options, {"checkpoint", "on_failure", "ca_file"}, complain);
    return settings;
  }

  static Made make(const penstock_host& host, const Options& options, Settings settings) {
    Result<InputConnection> connection = connect_input(host, options, settings.sources());
    if (!connection.ok()) return connection.status();
    Env& env = connection->host_env->env();
    if (settings.queue) return make_of_queue(std::move(*connection), options, settings);
    std::unique_ptr<leases::LeaseTable> table;
    if (settings.leases.are_used) {
      auto connected = connect_to_table(*connection, options, settings.leases);
      if (!connected.ok()) return connected.status();
      table = std::move(*connected);
      settings.leases.leases.worker = make_worker_id(env, options);
    }
    Result<std::unique_ptr<kinesis::Assignment>> assignment = assign(env, options, table.get(), settings);
    if (!assignment.ok()) return assignment.status();
    auto failures = open_dead_letters(env, options);
    if (!failures.ok()) return failures.status();
    return Made(std::unique_ptr<KinesisInput>(new KinesisInput(
        std::move(*connection), std::move(table), std::move(*assignment), std::move(*failures), settings)));
  }

  ~KinesisInput() override { connection_.host_env->end_calls(); }

  int descriptor() const override { return env().transport.descriptor(); }
  int64_t next_deadline_ms() const override { return closed ? INT64_MAX : input_->next_deadline_ms(); }
  void stats(penstock_stat_fn stat, void* stat_ctx) const override {
    const MetricsSink metrics(stat, stat_ctx);
    input_->stats(metrics);
    connection_.stats(metrics);
  }
  Status close(int64_t deadline_ms) override { return input_->close(deadline(deadline_ms)); }

  kinesis::BatchSource& input() { return *input_; }
  int64_t deadline(int64_t deadline_ms) const { return connection_.host_env->deadline(deadline_ms); }

 private:
  static Result<std::unique_ptr<kinesis::Assignment>> assign(Env& env, const Options& options,
                                                             leases::LeaseTable* table,
                                                             const InputSettings& settings) {
    if (table != nullptr)
      return std::unique_ptr<kinesis::Assignment>(
          std::make_unique<leases::LeaseCoordinator>(env, *table, settings.leases.leases));
    auto own = kinesis::LocalAssignment::open(env, options.text("checkpoint"), settings.assignment);
    if (!own.ok()) return own.status();
    return std::unique_ptr<kinesis::Assignment>(std::move(*own));
  }

  static Made make_of_queue(InputConnection connection, const Options& options, const InputSettings& settings) {
    std::unique_ptr<kinesis::DeadLetterFile> failures;
    if (!options.is("on_failure", "queue")) {
      auto opened = open_dead_letters(connection.host_env->env(), options);
      if (!opened.ok()) return opened.status();
      failures = std::move(*opened);
    }
    return Made(
        std::unique_ptr<KinesisInput>(new KinesisInput(std::move(connection), std::move(failures), settings)));
  }

  // Reads a queue.
  KinesisInput(InputConnection connection, std::unique_ptr<kinesis::DeadLetterFile> failures,
               const InputSettings& settings)
      : penstock_instance(kKinesisInputStage),
        connection_(std::move(connection)),
        dead_letter_file_(std::move(failures)),
        input_(std::make_unique<kinesis::QueueInput>(env(), *connection_.client, *settings.queue,
                                                     dead_letter_file_.get(), settings.of_queue)) {}

  // Reads streams.
  KinesisInput(InputConnection connection, std::unique_ptr<leases::LeaseTable> table,
               std::unique_ptr<kinesis::Assignment> assignment, std::unique_ptr<kinesis::DeadLetterFile> failures,
               const InputSettings& settings)
      : penstock_instance(kKinesisInputStage),
        connection_(std::move(connection)),
        table_(std::move(table)),
        assignment_(std::move(assignment)),
        dead_letter_file_(std::move(failures)),
        input_(std::make_unique<kinesis::Input>(env(), connection_.with_clients(settings.streams), *assignment_,
                                                *dead_letter_file_, settings.input)) {}

  Env& env() const { return connection_.host_env->env(); }

  InputConnection connection_;
  std::unique_ptr<leases::LeaseTable> table_;                  // null: the checkpoint is kept elsewhere
  std::unique_ptr<kinesis::Assignment> assignment_;            // null: a queue is read
  std::unique_ptr<kinesis::DeadLetterFile> dead_letter_file_;  // null: dead letters are left to the queue
  std::unique_ptr<kinesis::BatchSource> input_;
};

template <typename Body>
int32_t on_input(penstock_instance* self, penstock_error* error, Body body) noexcept {
  return guarded_as<KinesisInput>(kKinesisInputStage, self, In::open, error, body);
}

int32_t poll(penstock_instance* self, int64_t deadline_ms, penstock_emit_fn emit, void* emit_ctx,
             penstock_error* error) {
  if (emit == nullptr) return set_error(error, PENSTOCK_E_INVALID, false, "PS0052", "emit is NULL");
  return on_input(self, error, [&](KinesisInput& it) {
    const int32_t answer = it.input().poll(it.deadline(deadline_ms), emit, emit_ctx);
    return answer < 0 ? set_error(error, answer, true, "PS0079", "emit rejected a batch; it is emitted again")
                      : answer;
  });
}

int32_t ack(penstock_instance* self, uint64_t ack_id, int32_t outcome, penstock_error* error) {
  return on_input(self, error, [&](KinesisInput& it) {
    if (outcome < PENSTOCK_DELIVERED || outcome > PENSTOCK_RELEASED)
      return set_error(error, PENSTOCK_E_INVALID, false, "PS0080",
                       "invalid outcome " + std::to_string(outcome) + ": expected " +
                           std::to_string(PENSTOCK_DELIVERED) + " to " + std::to_string(PENSTOCK_RELEASED));
    if (!it.input().ack(ack_id, outcome))
      return set_error(error, PENSTOCK_E_INVALID, false, "PS0081",
                       "no batch with ack_id " + std::to_string(ack_id) +
                           " is outstanding: acknowledge each emitted batch once");
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
    "Reads CloudWatch Logs subscription messages from a Kinesis data stream, and decodes them into log events.",
    kCalls);

}  // namespace penstock::plugin
