#include "host/pipeline/loop.h"

#include <algorithm>
#include <string>

#include "client/clock.h"
#include "host/util/log_writer.h"

namespace penstock::host {

namespace {

// Minimum time for inputs to save their state, even if Grace is used up.
constexpr int64_t kMinCloseMs = 1000;

}  // namespace

Loop::Loop(Pipeline& pipeline, const Signals& signals, Log& log, ServiceManager& manager,
           const LoopOptions& options)
    : pipeline_(pipeline),
      signals_(signals),
      log_(log),
      manager_(manager),
      options_(options),
      progress_(pipeline),
      turns_(pipeline),
      active_ms_(client::monotonic_ms()),
      next_stats_ms_(options.stats_interval_ms > 0 ? active_ms_ + options.stats_interval_ms : INT64_MAX),
      progress_ms_(active_ms_) {}

bool Loop::run() {
  while (true) {
    turn(true);
    const int64_t now_ms = client::monotonic_ms();
    if (const char* reason = reason_to_end(now_ms)) return drain(reason);
    int64_t until_ms = std::min(next_ms(now_ms), next_stats_ms_);
    if (options_.exit_when_idle_ms) until_ms = std::min(until_ms, active_ms_ + *options_.exit_when_idle_ms);
    if (options_.patience_ms) until_ms = std::min(until_ms, progress_ms_ + *options_.patience_ms);
    wait(until_ms);
  }
}

const char* Loop::reason_to_end(int64_t now_ms) {
  if (signals_.received() != nullptr) return signals_.received();
  const auto& outputs = pipeline_.outputs();
  if (std::any_of(outputs.begin(), outputs.end(), [](const Output& o) { return o.ended; }))
    return "an output has ended";
  if (options_.reloader != nullptr && options_.reloader->turn()) {
    reload_ = true;
    return "new configuration";
  }
  const bool busy = pipeline_.in_flight() > 0;
  const auto& inputs = pipeline_.inputs();
  if (!busy && std::all_of(inputs.begin(), inputs.end(), [](const Input& i) { return i.ended; }))
    return "all inputs have ended";
  if (!busy && options_.exit_when_idle_ms && now_ms - active_ms_ >= *options_.exit_when_idle_ms) {
    if (idle_.caught_up(inputs)) return "idle";
    active_ms_ = now_ms;
  }
  gave_up_ = out_of_patience(now_ms);
  return gave_up_ ? "no progress" : nullptr;
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
    log_.error("PS0914", output.stage->log.label(),
               "no progress: none of the accepted records became delivered or a dead letter in " +
                   std::to_string(*options_.patience_ms / 1000) + " s");
  }
  return true;
}

void Loop::turn(bool polling) {
  const int64_t now_ms = client::monotonic_ms();
  if (turns_.turn(polling, now_ms)) active_ms_ = now_ms;
  manager_.feed_watchdog(now_ms);
  if (options_.http != nullptr) options_.http->run(now_ms);
  if (pipeline_.in_flight() > 0) active_ms_ = now_ms;
  if (now_ms >= next_stats_ms_) {
    const std::string progress = progress_.line(now_ms);
    log_.progress(progress);
    manager_.status(progress);
    if (options_.on_stats) options_.on_stats();
    next_stats_ms_ = now_ms + options_.stats_interval_ms;
  }
}

int64_t Loop::next_ms(int64_t now_ms) const {
  int64_t next_ms = std::min(turns_.next_ms(now_ms), manager_.next_feed_ms());
  if (options_.http != nullptr) next_ms = std::min(next_ms, options_.http->next_ms(now_ms));
  return next_ms;
}

void Loop::wait(int64_t until_ms) {
  descriptors_.assign(1, {signals_.descriptor(), POLLIN, 0});
  polled_.assign(1, nullptr);
  const int64_t now_ms = client::monotonic_ms();
  for (client::Pacing* const pacing : turns_.pacings()) {
    descriptors_.push_back({pacing->descriptor(now_ms), POLLIN, 0});  // poll() skips -1
    polled_.push_back(pacing);
  }
  if (signals_.received() != nullptr || reload_) descriptors_[0].fd = -1;  // its descriptor stays readable
  if (options_.reloader != nullptr && !reload_) {
    descriptors_.push_back({options_.reloader->descriptor(), POLLIN, 0});
    polled_.push_back(nullptr);
  }
  if (options_.http != nullptr) {
    descriptors_.push_back({options_.http->descriptor(now_ms), POLLIN, 0});
    polled_.push_back(nullptr);
  }

  const int timeout_ms = client::poll_timeout_ms(until_ms, now_ms);
  if (::poll(descriptors_.data(), descriptors_.size(), timeout_ms) <= 0) return;
  for (size_t i = 0; i < descriptors_.size(); ++i) {
    if (polled_[i] == nullptr) continue;
    if (descriptors_[i].revents != 0) polled_[i]->on_readable();
    if ((descriptors_[i].revents & POLLNVAL) != 0)
      polled_[i]->ignore_descriptor();  // not open: it would stay readable
  }
}

bool Loop::reloads() const {
  const auto& outputs = pipeline_.outputs();
  return reload_ && signals_.received() == nullptr &&
         std::none_of(outputs.begin(), outputs.end(), [](const Output& output) { return output.ended; });
}

bool Loop::drain(const char* reason) {
  const int64_t start_ms = client::monotonic_ms();
  if (!reload_) manager_.stopping();
  manager_.status(std::string(reason) + ": draining");
  manager_.extend_timeout(options_.grace_ms + kMinCloseMs + LogWriter::kLastWordsMs);
  const int64_t deadline_ms = start_ms + options_.grace_ms;
  pipeline_.begin_drain();
  log_.info("penstock", std::string(reason) + ": draining for at most " + std::to_string(options_.grace_ms) +
                            " ms; batches in flight: " + std::to_string(pipeline_.in_flight()));
  while (true) {
    turn(false);
    const int64_t now_ms = client::monotonic_ms();
    if (pipeline_.in_flight() == 0 || now_ms >= deadline_ms) break;
    wait(std::min(next_ms(now_ms), deadline_ms));
  }
  const int64_t now_ms = client::monotonic_ms();
  const int64_t close_ms = std::max(deadline_ms, now_ms + kMinCloseMs);
  manager_.suspend_watchdog(close_ms - now_ms);
  const bool saved = pipeline_.close(now_ms, deadline_ms, close_ms);
  if (options_.stats_interval_ms > 0) {
    log_.progress(progress_.summary(client::monotonic_ms()));
    if (options_.on_stats) options_.on_stats();
  }
  log_.end_progress();
  if (pipeline_.released() > 0) {
    log_.warn("PS0915", "penstock",
              "some batches were not settled and are released: they will be read again after a restart; "
              "batches: " +
                  std::to_string(pipeline_.released()));
  }
  if (saved)
    log_.info("penstock", "drained and closed");
  else
    log_.error("PS0916", "penstock", "closed, but not everything was saved; the errors above say why");
  const auto& outputs = pipeline_.outputs();
  return saved && !gave_up_ &&
         std::none_of(outputs.begin(), outputs.end(), [](const Output& output) { return output.ended; });
}

}  // namespace penstock::host
