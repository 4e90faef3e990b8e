#include "host/pipeline/loop.h"

#include <algorithm>
#include <string>

#include "client/clock.h"

namespace penstock::host {

namespace {

// An instance that fails, or that cannot emit, may go on saying that it is due: it is not asked more often.
constexpr int64_t kAfterFailureMs = 100;
constexpr int64_t kAfterRefusalMs = 1000;
constexpr int64_t kBlockedMs = 20;
// Inputs have at least that long to save what they have, also when Grace is used up.
constexpr int64_t kLeastCloseMs = 1000;

std::string batches_text(int64_t count) { return std::to_string(count) + (count == 1 ? " batch" : " batches"); }

}  // namespace

Loop::Loop(Pipeline& pipeline, const Signals& signals, Log& log, const LoopOptions& options)
    : pipeline_(pipeline),
      signals_(signals),
      log_(log),
      options_(options),
      progress_(pipeline),
      input_paces_(pipeline.inputs().size()),
      output_paces_(pipeline.outputs().size()),
      active_ms_(client::monotonic_ms()),
      next_stats_ms_(options.stats_interval_ms > 0 ? active_ms_ + options.stats_interval_ms : INT64_MAX),
      progress_ms_(active_ms_) {
  for (size_t i = 0; i < input_paces_.size(); ++i) {
    input_paces_[i].descriptor = pipeline.inputs()[i].instance->descriptor();
  }
  for (size_t i = 0; i < output_paces_.size(); ++i) {
    output_paces_[i].descriptor = pipeline.outputs()[i].instance->descriptor();
  }
}

bool Loop::run() {
  // Each is called once, whatever it says: it has never been asked.
  for (Pace& pace : input_paces_) pace.readable = true;
  for (Pace& pace : output_paces_) pace.readable = true;
  while (true) {
    turn(true);
    const int64_t now_ms = client::monotonic_ms();
    if (const char* reason = reason_to_end(now_ms)) return drain(reason);
    int64_t until_ms = std::min(next_deadline_ms(), next_stats_ms_);
    if (options_.exit_when_idle_ms) until_ms = std::min(until_ms, active_ms_ + *options_.exit_when_idle_ms);
    if (options_.patience_ms) until_ms = std::min(until_ms, progress_ms_ + *options_.patience_ms);
    wait(until_ms);
  }
}

const char* Loop::reason_to_end(int64_t now_ms) {
  if (signals_.received() != nullptr) return signals_.received();
  const auto& outputs = pipeline_.outputs();
  if (std::any_of(outputs.begin(), outputs.end(), [](const Output& o) { return o.ended; })) {
    return "an output takes nothing any more";
  }
  const bool busy = pipeline_.in_flight() > 0;
  const auto& inputs = pipeline_.inputs();
  if (!busy && std::all_of(inputs.begin(), inputs.end(), [](const Input& i) { return i.ended; })) {
    return "the inputs are at their end";
  }
  if (!busy && options_.exit_when_idle_ms && now_ms - active_ms_ >= *options_.exit_when_idle_ms) {
    if (idle_.caught_up(inputs)) return "idle";
    active_ms_ = now_ms;
  }
  gave_up_ = out_of_patience(now_ms);
  return gave_up_ ? "giving up" : nullptr;
}

bool Loop::out_of_patience(int64_t now_ms) {
  if (!options_.patience_ms) return false;
  int64_t made = pipeline_.settlements();
  for (const Input& input : pipeline_.inputs()) made += input.batches_emitted;
  if (made != progress_made_) {
    progress_made_ = made;
    progress_ms_ = now_ms;
  }
  if (now_ms - progress_ms_ < *options_.patience_ms) return false;
  for (const Output& output : pipeline_.outputs()) {
    if (output.unsettled == 0) continue;
    log_.line(PENSTOCK_LOG_ERROR, output.instance->label(),
              "gave up: of what it has taken nothing was delivered or recorded for " +
                  std::to_string(*options_.patience_ms / 1000) + " s");
  }
  return true;
}

void Loop::turn(bool polling) {
  const int64_t now_ms = client::monotonic_ms();
  for (size_t i = 0; i < output_paces_.size(); ++i) turn_output(pipeline_.outputs()[i], output_paces_[i], now_ms);
  pipeline_.deliver_acks(now_ms);
  for (size_t i = 0; i < input_paces_.size(); ++i) {
    turn_input(pipeline_.inputs()[i], input_paces_[i], polling, now_ms);
  }
  pipeline_.deliver_acks(now_ms);  // what the filters left nothing of
  if (pipeline_.in_flight() > 0) active_ms_ = now_ms;
  if (now_ms >= next_stats_ms_) {
    log_.progress(progress_.line(now_ms));
    next_stats_ms_ = now_ms + options_.stats_interval_ms;
  }
}

bool Loop::due(const Instance& instance, const Pace& pace, int64_t now_ms) {
  return now_ms >= pace.not_before_ms && (pace.readable || instance.next_deadline_ms() <= now_ms);
}

void Loop::turn_output(Output& output, Pace& pace, int64_t now_ms) {
  if (!output.written && !due(*output.instance, pace, now_ms)) return;
  pace.readable = false;
  if (pipeline_.pump(output, now_ms) < 0) pace.not_before_ms = now_ms + kAfterFailureMs;
}

void Loop::turn_input(Input& input, Pace& pace, bool polling, int64_t now_ms) {
  const bool blocked = !polling || input.ended || input.blocked();
  const bool unblocked = pace.was_blocked && !blocked;
  pace.was_blocked = blocked;
  if (unblocked) pace.not_before_ms = INT64_MIN;
  if (!unblocked && !due(*input.instance, pace, now_ms)) return;
  pace.readable = false;
  if (blocked) {
    pipeline_.pump(input, now_ms);
    pace.not_before_ms = now_ms + kBlockedMs;
    return;
  }
  const int64_t emitted = input.batches_emitted;
  const int32_t result = pipeline_.poll(input, now_ms);
  if (result < 0) pace.not_before_ms = now_ms + (input.refused ? kAfterRefusalMs : kAfterFailureMs);
  if (input.refused) pace.readable = true;  // it has something, though nothing new will happen to it
  if (result < 0 || input.batches_emitted != emitted) active_ms_ = now_ms;
}

int64_t Loop::next_deadline_ms() const {
  int64_t next_ms = INT64_MAX;
  const auto consider = [&](const Instance& instance, const Pace& pace) {
    const int64_t wanted_ms = pace.readable ? INT64_MIN : instance.next_deadline_ms();
    next_ms = std::min(next_ms, std::max(wanted_ms, pace.not_before_ms));
  };
  for (size_t i = 0; i < input_paces_.size(); ++i) consider(*pipeline_.inputs()[i].instance, input_paces_[i]);
  for (size_t i = 0; i < output_paces_.size(); ++i) {
    const Output& output = pipeline_.outputs()[i];
    if (output.written) return INT64_MIN;
    consider(*output.instance, output_paces_[i]);
  }
  return next_ms;
}

void Loop::wait(int64_t until_ms) {
  descriptors_.assign(1, {signals_.descriptor(), POLLIN, 0});
  polled_.assign(1, nullptr);
  const int64_t now_ms = client::monotonic_ms();
  if (pipeline_.has_unacked()) until_ms = std::min(until_ms, now_ms + kAfterFailureMs);
  const auto add = [&](Pace& pace) {
    if (pace.descriptor < 0) return;
    if (pace.not_before_ms > now_ms) {
      until_ms = std::min(until_ms, pace.not_before_ms);
      return;
    }
    descriptors_.push_back({pace.descriptor, POLLIN, 0});
    polled_.push_back(&pace);
  };
  for (Pace& pace : input_paces_) add(pace);
  for (Pace& pace : output_paces_) add(pace);
  if (signals_.received() != nullptr) descriptors_[0].fd = -1;  // stays readable

  const int timeout_ms = client::poll_timeout_ms(until_ms, now_ms);
  if (::poll(descriptors_.data(), descriptors_.size(), timeout_ms) <= 0) return;
  for (size_t i = 1; i < descriptors_.size(); ++i) {
    if (descriptors_[i].revents != 0) polled_[i]->readable = true;
    if ((descriptors_[i].revents & POLLNVAL) != 0)
      polled_[i]->descriptor = -1;  // not open: it would never be quiet
  }
}

bool Loop::drain(const char* reason) {
  const int64_t start_ms = client::monotonic_ms();
  const int64_t deadline_ms = start_ms + options_.grace_ms;
  log_.line(PENSTOCK_LOG_INFO, "penstock",
            std::string(reason) + ": draining; " + batches_text(static_cast<int64_t>(pipeline_.in_flight())) +
                " in flight, at most " + std::to_string(options_.grace_ms) + " ms");
  while (true) {
    turn(false);
    if (pipeline_.in_flight() == 0 || client::monotonic_ms() >= deadline_ms) break;
    wait(std::min(next_deadline_ms(), deadline_ms));
  }
  const int64_t now_ms = client::monotonic_ms();
  const bool saved = pipeline_.close(now_ms, deadline_ms, std::max(deadline_ms, now_ms + kLeastCloseMs));
  if (options_.stats_interval_ms > 0) log_.progress(progress_.summary(client::monotonic_ms()));
  log_.end_progress();
  if (pipeline_.given_back() > 0) {
    log_.line(PENSTOCK_LOG_WARN, "penstock",
              batches_text(pipeline_.given_back()) +
                  " could not be settled and are given back: they are read again after a restart");
  }
  log_.line(saved ? PENSTOCK_LOG_INFO : PENSTOCK_LOG_ERROR, "penstock",
            saved ? "drained and closed" : "closed, but not everything could be saved (see above)");
  const auto& outputs = pipeline_.outputs();
  return saved && !gave_up_ &&
         std::none_of(outputs.begin(), outputs.end(), [](const Output& output) { return output.ended; });
}

}  // namespace penstock::host
