#include "tests/simulator/machine.h"

#include <algorithm>
#include <utility>

#include "core/kinesis/input/checkpoint.h"

namespace penstock::simulator {

namespace {

constexpr int64_t kStartAgainMs = 1000;
constexpr uint64_t kMaxWritesToDeath = 8;

uint64_t seed_of(const Plan& plan, size_t index, uint64_t of) { return (plan.seed * 64 + index) * 4 + of; }

}  // namespace

Machine::Machine(const Plan& plan, sim::SimClock& clock, Checker& checker, const Trace& trace, size_t index,
                 Links links)
    : plan_(plan),
      clock_(clock),
      epoch_ms_(clock.unix_ms()),
      checker_(checker),
      trace_(trace),
      links_(std::move(links)),
      name_("m" + std::to_string(index)),
      random_(seed_of(plan, index, 0)),
      taking_{sim::SimRandom(seed_of(plan, index, 3))},
      in_(clock, links_.serve, seed_of(plan, index, 1)),
      out_(clock, links_.serve, seed_of(plan, index, 2)),
      reader_(clock, links_.serve, 0),
      first_start_ms_(clock.monotonic_ms() + plan.first_start_ms) {
  listen(in_);
  listen(out_);
}

void Machine::listen(sim::SimEnv& env) {
  env.env().log = [this](LogLevel level, std::string_view line) {
    if (line.find(kSecretMark) != std::string_view::npos)
      checker_.violated(Rule::no_secrets, process_name_ + " logs a secret key");
    const bool is_gap = line.find("they passed the stream's retention") != std::string_view::npos;
    if (is_gap && line.find("last checkpoint: ") == std::string_view::npos)  // a lease of a shard that has expired
      checker_.gap_logged(process_name_, shard_named_in(line));
    constexpr std::string_view kLevels[] = {"ERROR ", "warn ", "info ", "debug "};
    if (trace_.on())
      trace_.line(process_name_, std::string(kLevels[static_cast<size_t>(level) - 1]) + std::string(line));
  };
}

// ---- What goes wrong with it

void Machine::set_network(int64_t min_latency_ms, int64_t max_latency_ms, const sim::NetworkFaults& faults) {
  for (sim::SimEnv* const env : {&in_, &out_}) {
    env->transport().set_latency_ms(min_latency_ms, max_latency_ms);
    env->transport().set_faults(faults, random_.next());
  }
}

void Machine::set_disk(const sim::FileFaults& faults) {
  for (sim::SimEnv* const env : {&in_, &out_}) env->files().set_faults(faults, random_.next());
}

void Machine::fall_asleep() {
  in_.clock().fall_asleep();
  out_.clock().fall_asleep();
}

void Machine::wake() {
  in_.clock().wake();
  out_.clock().wake();
}

void Machine::set_wall_error_ms(int64_t ms) {
  in_.clock().set_wall_error_ms(ms);
  out_.clock().set_wall_error_ms(ms);
}

void Machine::die(bool power_is_cut) {
  if (links_.watches.queue != nullptr) links_.watches.queue->ends(process_name_);
  in_.transport().abandon_calls();
  out_.transport().abandon_calls();
  process_.reset();
  forget_death();
  for (sim::SimEnv* const env : {&in_, &out_})
    if (power_is_cut)
      env->crash();
    else
      env->kill();
  stopping_ = false;
  start_ms_ = std::max(first_start_ms_, clock_.monotonic_ms());
  // If the folder was not synced, a crash may lose the last file written, for which an error was returned.
  if (power_is_cut && plan_.files.folder_sync > 0 && links_.watches.leases == nullptr) {
    checker_.position_lost();
    checkpoint_.clear();
  }
  look_at_checkpoint();
}

void Machine::die_writing(bool power_is_cut) {
  power_goes_too_ = power_is_cut;
  sim::SimEnv& one = random_.up_to(1) == 0 ? in_ : out_;
  one.files().die_in(1 + random_.up_to(kMaxWritesToDeath - 1));
}

void Machine::forget_death() {
  in_.files().die_in(0);
  out_.files().die_in(0);
}

void Machine::stop(int64_t grace_ms) {
  if (!process_ || std::exchange(stopping_, true)) return;
  process_->begin_drain(in_.clock().monotonic_ms() + grace_ms);
}

// Every life has its own keys, so that the services know the caller.
void Machine::replace_keys() {
  const std::string id = process_name_ + std::string(kKeyMark) + std::to_string(++keys_);
  const model::AccessKey key = {id, std::string(kSecretMark) + id, {}, false};
  for (sim::SimEnv* const env : {&in_, &out_}) {
    env->variables()["AWS_ACCESS_KEY_ID"] = key.id;
    env->variables()["AWS_SECRET_ACCESS_KEY"] = key.secret;
  }
  links_.admit(key);
}

// ---- Its turn

int64_t Machine::next_turn_ms() {
  // Responses that are due remain due, because no process receives them.
  const int64_t carry_ms = std::max(
      carried_ms_ + kCarryMs,
      in_.clock().to_shared_ms(std::min(in_.transport().next_deadline_ms(), out_.transport().next_deadline_ms())));
  if (frozen || in_.clock().is_asleep()) return carry_ms;
  if (!process_) return std::min(carry_ms, down ? kNever : start_ms_);
  if (stopping_ && process_->has_drained()) return clock_.monotonic_ms();
  return in_.clock().to_shared_ms(process_->next_turn_ms());
}

void Machine::turn() {
  const bool stopped = frozen || in_.clock().is_asleep();
  if (stopped || !process_) {
    carried_ms_ = clock_.monotonic_ms();
    in_.transport().carry();
    out_.transport().carry();
  }
  if (stopped) return;
  try {
    if (!process_ && !down && clock_.monotonic_ms() >= start_ms_) start();
    if (process_) turn_process();
    look_at_checkpoint();
  } catch (const sim::Died&) {
    trace_.line(process_name_, power_goes_too_ ? "loses power during a write" : "dies during a write");
    die(power_goes_too_);
  }
}

void Machine::start() {
  process_name_ = name_ + "." + std::to_string(++lives_);
  replace_keys();
  checker_.starts();
  auto started = Process::start(plan_, {in_.clock(), epoch_ms_, taking_, in_, out_}, checker_, links_.watches,
                                trace_, process_name_);
  if (started.ok()) {
    trace_.line(process_name_, "starts");
    process_ = std::move(*started);
    return;
  }
  trace_.line(process_name_, "does not start: " + started.status().message());
  start_ms_ = clock_.monotonic_ms() + kStartAgainMs;
}

void Machine::turn_process() {
  process_->turn();
  if (!stopping_ || !process_->has_drained()) return;
  const bool well = process_->close();
  look_at_checkpoint();
  if (well) checker_.closed(process_name_);
  trace_.line(process_name_, "has shut down");
  die(false);
}

void Machine::look_at_checkpoint() {
  if (links_.watches.leases != nullptr) return;
  std::string content = in_.files().content(std::string(kCheckpointPath)).value_or("");
  if (content == checkpoint_) return;
  checkpoint_ = std::move(content);
  reader_.files().put(std::string(kCheckpointPath), checkpoint_);
  const Result<kinesis::Checkpoint> checkpoint =
      kinesis::CheckpointStore::look(reader_.env(), "file:" + std::string(kCheckpointPath));
  if (!checkpoint.ok())
    return checker_.violated(Rule::checkpoint_waits,
                             "the checkpoint file is damaged: " + checkpoint.status().message());
  for (const kinesis::StreamCheckpoint& stream : checkpoint->streams)
    for (const auto& [shard_id, from] : stream.shards) {
      if (trace_.on())
        trace_.line(process_name_, "saves " + shard_name(stream.stream.name, shard_id) + " at " +
                                       from.position.sequence_number + "." +
                                       std::to_string(from.position.sub_sequence_number));
      checker_.kept(process_name_, shard_name(stream.stream.name, shard_id), from.position);
    }
}

void Machine::each_failure(const std::function<void(std::string_view line)>& visit) {
  for (sim::SimEnv* const env : {&in_, &out_})
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
