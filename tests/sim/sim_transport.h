// HTTP calls in virtual time, answered by a model on the same thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/env.h"
#include "tests/model_kinesis/message.h"
#include "tests/sim/sim_clock.h"

namespace penstock::sim {

// The probability of each fault, from 0 to 1 of the calls.
struct NetworkFaults {
  double connection_refused = 0;  // the call fails at once
  double request_lost = 0;        // the request never arrives, and the call times out
  double response_lost = 0;       // the call is served, and times out
  double truncated = 0;           // the call is served, and the connection closes in the middle of the response
  double twice = 0;               // the call is served, and again within delay_ms, even if the caller has died
  double request_delay = 0;   // the request is delayed by up to delay_ms, even if the caller has given up or died
  double response_delay = 0;  // the response is delayed by up to delay_ms
  int64_t delay_ms = 10'000;
};

class SimTransport : public Transport {
 public:
  // `host` is the host of the URL, with the port if the URL has one.
  using Serve = std::function<model::Reply(const std::string& host, model::Request request)>;

  // REQUIRES: all arguments outlive it. Deadlines are on the machine's clock; faults and timeouts are on the
  // shared clock.
  SimTransport(SimClock& clock, MachineClock& machine, SimRandom& random, Serve serve)
      : clock_(clock), machine_(machine), random_(random), serve_(std::move(serve)) {}

  CallId start(HttpRequest request, Done done) override;
  // Waits by advancing the clock to the end of the next call or to the deadline. Throws std::logic_error if
  // nothing is in flight and no deadline is set, because it would wait forever.
  void drive(int64_t deadline_ms) override;
  int descriptor() const override { return -1; }
  int64_t next_deadline_ms() const override { return machine_.from_shared_ms(next_event_ms()); }

  // Sets the range of a call's round-trip time, drawn uniformly for each call. Initially 2 to 10 ms.
  void set_latency_ms(int64_t least, int64_t most);
  // From now on; `seed` restarts the random sequence.
  void set_faults(const NetworkFaults& faults, uint64_t seed);
  // Cuts off hosts whose names contain host_part ("": all) from from_ms to before until_ms, on the shared clock. A
  // call that starts, arrives or gets its response in that time ends with its timeout.
  void cut_off(const std::string& host_part, int64_t from_ms, int64_t until_ms);
  void cut_off_until(int64_t monotonic_ms) { cut_off("", clock_.monotonic_ms(), monotonic_ms); }
  // Delivers due requests to the service without completing calls: for a process that is frozen or dead while its
  // calls are in flight.
  void carry();
  size_t calls_under_way() const;
  // Forgets all calls, as the death of the process does. Those in flight may still reach the service, delayed ones
  // when they are due.
  void abandon_calls();

 private:
  struct Call {
    HttpRequest request;
    Done done;  // none: a stray, which is a second copy or a call whose caller is gone
    int64_t latency_ms = 0;
    int64_t response_delay_ms = 0;
    int64_t times_out_at_ms = 0;
    bool is_delayed = false;  // the request is
    bool is_response_lost = false;
    bool is_truncated = false;
    bool has_response = false;  // the one that `done` gets
    HttpResponse response;
    model::Reply held;  // by the service until held_until_ms, in case there is another one: long polling
    int64_t held_until_ms = 0;
  };
  using EventKey = std::pair<int64_t, CallId>;  // when, which
  struct CutOff {
    std::string host_part;
    int64_t from_ms, until_ms;
  };

  void send(Call call, CallId id);
  void send_stray(const HttpRequest& request, int64_t arrival_ms);
  void arrive(CallId id, Call call);
  void wait_for_reply(CallId id, Call call);
  void reply_with(CallId id, Call call, model::Reply reply);
  void respond(Call call, CallId id, int64_t at_ms, HttpResponse response);
  void time_out(Call call, CallId id);
  model::Reply serve(const HttpRequest& request);
  bool is_cut_off(const HttpRequest& request, int64_t at_ms) const;
  bool chance(double share);
  int64_t some_delay_ms();
  int64_t next_event_ms() const { return events_.empty() ? kNever : events_.begin()->first.first; }

  SimClock& clock_;
  MachineClock& machine_;
  SimRandom& random_;
  Serve serve_;
  std::map<EventKey, Call> events_;
  CallId last_id_ = 0;
  int64_t min_latency_ms_ = 2;
  int64_t max_latency_ms_ = 10;
  NetworkFaults faults_;
  SimRandom fault_random_{0};
  std::vector<CutOff> cut_offs_;
};

}  // namespace penstock::sim
