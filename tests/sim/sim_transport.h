// HTTP calls in virtual time, answered by a model in the same thread.
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

// How often each comes by chance, from 0 to 1 of the calls.
struct NetworkFaults {
  double refused = 0;       // nobody listens: the call fails at once
  double request_lost = 0;  // it reaches nobody, and times out
  double answer_lost = 0;   // it is served, and times out
  double truncated = 0;     // it is served, and the connection closed amid the answer
  double twice = 0;         // it is served, and once more within delay_ms, even when the caller is dead by then
  double request_delay =
      0;  // up to delay_ms on its way there, even when the caller has given up by then, or is dead
  double answer_delay = 0;  // up to delay_ms on its way back
  int64_t delay_ms = 10'000;
};

class SimTransport : public Transport {
 public:
  // host is what the URL names, with the port where it gives one.
  using Serve = std::function<model::Reply(const std::string& host, model::Request request)>;

  // All outlive it. Deadlines are on the machine's clock; what befalls calls, and their timeouts, are on the
  // shared one.
  SimTransport(SimClock& clock, MachineClock& machine, SimRandom& random, Serve serve)
      : clock_(clock), machine_(machine), random_(random), serve_(std::move(serve)) {}

  CallId start(HttpRequest request, Done done) override;
  // Waiting is advancing the clock: to the next call that ends, or to the deadline. With nothing under way
  // and no deadline it would wait forever; that is a std::logic_error.
  void drive(int64_t deadline_ms) override;
  int descriptor() const override { return -1; }
  int64_t next_deadline_ms() const override { return machine_.from_shared_ms(next_event_ms()); }

  // Of a call's way there and back together, drawn uniformly for each. At first 2 to 10 ms.
  void set_latency_ms(int64_t least, int64_t most);
  // From now on; seed begins the chance anew.
  void set_faults(const NetworkFaults& faults, uint64_t seed);
  // In that time, on the shared clock, until excluded, nothing goes to or comes from hosts whose names have
  // that in them ("": all). Calls that are begun, arrive or are answered then end by their timeouts.
  void cut_off(const std::string& host_part, int64_t from_ms, int64_t until_ms);
  void cut_off_until(int64_t monotonic_ms) { cut_off("", clock_.monotonic_ms(), monotonic_ms); }
  // Has what is due by now reach the service, and tells nobody: for a process that does not run, frozen or dead,
  // while its calls are on their way.
  void carry();
  size_t calls_under_way() const;
  // Forgets all calls, as the death of the process does: those on their way may still reach the service. Those
  // that are delayed do so when they are due.
  void abandon_calls();

 private:
  struct Call {
    HttpRequest request;
    Done done;  // none: a stray, a second copy or one whose caller is gone
    int64_t latency_ms = 0;
    int64_t answer_delay_ms = 0;
    int64_t times_out_at_ms = 0;
    bool is_delayed = false;  // on its way there
    bool is_answer_lost = false;
    bool is_truncated = false;
    bool has_response = false;  // which is what done will be told
    HttpResponse response;
  };
  using EventKey = std::pair<int64_t, CallId>;  // when, which
  struct CutOff {
    std::string host_part;
    int64_t from_ms, until_ms;
  };

  void send(Call call, CallId id);
  void send_stray(const HttpRequest& request, int64_t arrival_ms);
  void arrive(CallId id, Call call);
  void answer(Call call, CallId id, int64_t at_ms, HttpResponse response);
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
