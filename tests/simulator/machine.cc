#include "tests/simulator/machine.h"

#include <algorithm>
#include <utility>

#include "core/kinesis/checkpoint.h"

namespace penstock::simulator {

namespace {

constexpr int64_t kStartAgainMs = 1000;

uint64_t seed_of(const Plan& plan, size_t index, uint64_t stage) { return (plan.seed * 64 + index) * 2 + stage; }

}  // namespace

Machine::Machine(const Plan& plan, sim::SimClock& clock, Judge& judge, const Trace& trace, size_t index,
                 Serve serve)
    : plan_(plan),
      clock_(clock),
      judge_(judge),
      trace_(trace),
      name_("m" + std::to_string(index)),
      in_(
          clock,
          [this, serve](const std::string& host, model::Request request) {
            return serve(process_name_, host, std::move(request));
          },
          seed_of(plan, index, 0)),
      out_(
          clock,
          [this, serve](const std::string& host, model::Request request) {
            return serve(process_name_, host, std::move(request));
          },
          seed_of(plan, index, 1)) {
  prepare(in_);
  prepare(out_);
}

void Machine::prepare(sim::SimEnv& env) {
  env.transport().set_latency_ms(plan_.least_latency_ms, plan_.most_latency_ms);
  env.env().log = [this](LogLevel level, std::string_view line) {
    judge_.logged(process_name_, line);
    if (trace_.on())
      trace_.line(process_name_, (level == LogLevel::error  ? "ERROR "
                                  : level == LogLevel::warn ? "warn "
                                                            : "info ") +
                                     std::string(line));
  };
}

void Machine::set_latency_ms(int64_t least, int64_t most) {
  in_.transport().set_latency_ms(least, most);
  out_.transport().set_latency_ms(least, most);
}

void Machine::start() {
  process_name_ = name_ + "." + std::to_string(++lives_);
  auto started = Process::start(plan_, {clock_, in_, out_}, judge_, trace_, process_name_);
  if (started.ok()) {
    trace_.line(process_name_, "starts");
    process_ = std::move(*started);
    return;
  }
  trace_.line(process_name_, "does not start: " + started.status().message());
  start_ms_ = clock_.monotonic_ms() + kStartAgainMs;
}

void Machine::kill() {
  in_.kill();
  out_.kill();
  process_.reset();
  stopping_ = false;
  start_ms_ = clock_.monotonic_ms();
}

void Machine::crash() {
  in_.crash();
  out_.crash();
  process_.reset();
  stopping_ = false;
  start_ms_ = clock_.monotonic_ms();
}

void Machine::stop(int64_t grace_ms) {
  if (!process_ || std::exchange(stopping_, true)) return;
  process_->begin_drain(clock_.monotonic_ms() + grace_ms);
}

int64_t Machine::next_turn_ms() const {
  if (frozen) return kNever;
  if (!process_) return down ? kNever : start_ms_;
  return process_->next_turn_ms();
}

void Machine::turn() {
  if (frozen) return;
  if (!process_ && !down && clock_.monotonic_ms() >= start_ms_) start();
  if (!process_) return;
  process_->turn();
  if (stopping_ && process_->has_drained()) {
    process_->close();
    look_at_checkpoint();
    trace_.line(process_name_, "has ended in order");
    kill();
    return;
  }
  look_at_checkpoint();
}

void Machine::look_at_checkpoint() {
  if (plan_.leases) return;
  std::string content = in_.files().content(std::string(kCheckpointPath)).value_or("");
  if (content == checkpoint_) return;
  checkpoint_ = std::move(content);
  const Result<Checkpoint> checkpoint = CheckpointStore::look(in_.env(), "file:" + std::string(kCheckpointPath));
  if (!checkpoint.ok())
    return judge_.violated(Rule::checkpoint_waits,
                           "the checkpoint file is damaged: " + checkpoint.status().message());
  for (const StreamCheckpoint& stream : checkpoint->streams)
    for (const auto& [shard_id, from] : stream.shards) {
      trace_.line(process_name_, "keeps " + shard_id + " at " + from.position.sequence_number + "." +
                                     std::to_string(from.position.sub_sequence_number));
      judge_.kept(process_name_, shard_id, from.position);
    }
}

void Machine::each_failure(const std::function<void(std::string_view line)>& visit) {
  for (sim::SimEnv* env : {&in_, &out_})
    for (const std::string& path : env->files().paths()) {
      if (!path.starts_with(kFailuresPath) || path.ends_with(".lock")) continue;
      const std::string content = env->files().durable(path).value_or("");
      for (std::string_view rest = content; !rest.empty();) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        if (!line.empty()) visit(line);
      }
    }
}

}  // namespace penstock::simulator
