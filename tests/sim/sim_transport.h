// HTTP calls in virtual time, answered by a model in the same thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "core/base/env.h"
#include "tests/model_kinesis/message.h"
#include "tests/sim/sim_clock.h"

namespace penstock::sim {

class SimTransport : public Transport {
 public:
  // host is what the URL names, with the port where it gives one.
  using Serve = std::function<model::Reply(const std::string& host, model::Request request)>;

  // clock and random outlive it.
  SimTransport(SimClock& clock, SimRandom& random, Serve serve)
      : clock_(clock), random_(random), serve_(std::move(serve)) {}

  CallId start(HttpRequest request, Done done) override;
  // Waiting is advancing the clock: to the next call that ends, or to the deadline. With nothing under way
  // and no deadline it would wait forever; that is a std::logic_error.
  void drive(int64_t deadline_ms) override;
  int descriptor() const override { return -1; }
  int64_t next_deadline_ms() const override { return events_.empty() ? kNever : events_.begin()->first.first; }

  // Of a call's way there and back together, drawn uniformly for each. At first 2 to 10 ms.
  void set_latency_ms(int64_t least, int64_t most);
  // Calls begun before that time on the monotonic clock reach nobody and end by their timeout.
  void cut_off_until(int64_t monotonic_ms) { cut_off_until_ms_ = monotonic_ms; }
  size_t calls_under_way() const { return events_.size(); }
  // Forgets all calls, as the death of the process does: those on their way may still reach the service.
  void abandon_calls();

 private:
  struct Call {
    HttpRequest request;
    Done done;
    int64_t latency_ms = 0;
    int64_t times_out_at_ms = 0;
    bool arrived = false;  // response is what done will be told
    HttpResponse response;
  };
  using EventKey = std::pair<int64_t, CallId>;  // when, which

  void arrive(CallId id, Call call);
  model::Reply serve(const HttpRequest& request);

  SimClock& clock_;
  SimRandom& random_;
  Serve serve_;
  std::map<EventKey, Call> events_;
  CallId last_id_ = 0;
  int64_t least_latency_ms_ = 2;
  int64_t most_latency_ms_ = 10;
  int64_t cut_off_until_ms_ = 0;
};

}  // namespace penstock::sim
