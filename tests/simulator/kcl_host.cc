#include "tests/simulator/kcl_host.h"

#include <utility>

#include "tests/model_kinesis/sequence_number.h"
#include "tests/simulator/machine.h"

namespace penstock::simulator {

namespace {

constexpr uint64_t kKclSeed = 0x6B636C;
constexpr uint64_t kMaxCallsToDeath = 12;
constexpr int64_t kStartAgainMs = 1000;
// A worker that has lost its lease, also while it was frozen, reads on until its next round: a second later, and
// also in the millisecond of that round, because the reads come first.
constexpr int64_t kRoundMs = 1001;

}  // namespace

KclHost::KclHost(const Plan& plan, sim::SimClock& clock, Checker& checker, const Trace& trace, size_t index,
                 std::vector<sim::KclStream> streams, Links links)
    : plan_(plan),
      clock_(clock),
      checker_(checker),
      trace_(trace),
      name_("k" + std::to_string(index)),
      streams_(std::move(streams)),
      links_(std::move(links)),
      random_((plan.seed ^ kKclSeed) * 64 + index),
      thawed_ms_(clock.monotonic_ms()),
      start_ms_(clock.monotonic_ms() + plan.kcl_start_ms) {}

void KclHost::kill() {
  if (worker_) worker_->die_at_call(1 + static_cast<int>(random_.up_to(kMaxCallsToDeath - 1)));
}

void KclHost::thaw() {
  if (std::exchange(frozen_, false)) thawed_ms_ = clock_.monotonic_ms();
}

void KclHost::stop() {
  if (worker_) worker_->shut_down();
}

int64_t KclHost::next_turn_ms() const {
  if (frozen_) return kNever;
  if (!worker_) return down ? kNever : start_ms_;
  return worker_->has_ended() ? clock_.monotonic_ms() : worker_->next_deadline_ms();
}

void KclHost::turn() {
  if (frozen_) return;
  if (!worker_ && !down && clock_.monotonic_ms() >= start_ms_) start();
  if (worker_) worker_->advance();
  if (!worker_ || !worker_->has_ended()) return;
  trace_.line(worker_->name(), "has ended");
  worker_.reset();
  start_ms_ = clock_.monotonic_ms() + kStartAgainMs;
}

void KclHost::start() {
  const std::string worker = name_ + "." + std::to_string(++lives_);
  const std::string id = worker + std::string(kKeyMark) + "1";
  const model::AccessKey key = {id, std::string(kSecretMark) + id, {}, false};
  links_.admit(key);
  trace_.line(worker, "starts");
  worker_ = std::make_unique<sim::KclWorker>(
      clock_,
      sim::KclOptions{.worker = worker,
                      .streams = streams_,
                      .failover_ms = plan_.failover_ms,
                      .max_leases = plan_.kcl_max_leases,
                      .checkpoint_ms = plan_.kcl_checkpoint_ms,
                      .seed = random_.next()},
      sim::KclLinks{
          .kinesis = [this](model::Request request) { return links_.serve("kinesis", std::move(request)); },
          .table = [this](model::Request request) { return links_.serve("dynamodb", std::move(request)); },
          .key = key,
          .application =
              [this, worker](const sim::KclStream& stream, const std::string& shard_id,
                             const sim::KclRecord& record, uint64_t first_user_record) {
                return process(worker, shard_name(stream.name(), shard_id), record, first_user_record);
              }});
}

uint64_t KclHost::process(const std::string& worker, const std::string& shard, const sim::KclRecord& record,
                          uint64_t first_user_record) {
  const uint64_t number = model::parse_sequence_number(record.sequence_number)->count - 1;
  if (trace_.on())
    trace_.line(worker, "processes record " + std::to_string(number) + " of " + shard + " from user record " +
                            std::to_string(first_user_record));
  if (clock_.monotonic_ms() >= thawed_ms_ + kRoundMs) links_.leases.emitted(worker, shard, kRoundMs);
  return checker_.processed(worker, {shard, number}, first_user_record);
}

}  // namespace penstock::simulator
