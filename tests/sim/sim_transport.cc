#include "tests/sim/sim_transport.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace penstock::sim {
namespace {

constexpr std::string_view kSecure = "https://";
constexpr std::string_view kPlain = "http://";

bool is_secure(const HttpRequest& request) { return request.url.starts_with(kSecure); }

HttpResponse failed(std::string why) {
  HttpResponse response;
  response.transport = Status(Code::transient, std::move(why));
  return response;
}

HttpResponse response_of(const HttpRequest& request, model::Reply reply) {
  if (reply.wire == model::Wire::truncated) return failed("the connection was closed amid the answer");
  if (reply.wire != model::Wire::whole) return failed("the connection was closed without an answer");
  if (reply.body.size() > request.max_answer_bytes) {
    HttpResponse response;
    response.transport = Status(
        Code::too_large, "the answer is larger than " + std::to_string(request.max_answer_bytes) + " bytes");
    return response;
  }
  HttpResponse response;
  response.http_status = reply.status;
  response.over_tls = is_secure(request);
  for (auto& [name, value] : reply.headers)
    response.headers.emplace_back(model::lower_case(name), std::move(value));
  response.body = std::move(reply.body);
  return response;
}

}  // namespace

void SimTransport::set_latency_ms(int64_t least, int64_t most) {
  least_latency_ms_ = least;
  most_latency_ms_ = most;
}

Transport::CallId SimTransport::start(HttpRequest request, Done done) {
  const int64_t now_ms = clock_.monotonic_ms();
  Call call;
  call.done = std::move(done);
  call.latency_ms =
      least_latency_ms_ +
      static_cast<int64_t>(random_.up_to(static_cast<uint64_t>(most_latency_ms_ - least_latency_ms_)));
  call.times_out_at_ms = now_ms + request.timeout_ms;
  call.request = std::move(request);
  int64_t next_ms = now_ms + call.latency_ms / 2;
  if (now_ms < cut_off_until_ms_ || next_ms > call.times_out_at_ms) {
    call.arrived = true;
    call.response = failed("timed out");
    next_ms = call.times_out_at_ms;
  }
  const CallId id = ++last_id_;
  events_.emplace(EventKey{next_ms, id}, std::move(call));
  return id;
}

model::Reply SimTransport::serve(const HttpRequest& request) {
  const std::string_view scheme = is_secure(request) ? kSecure : kPlain;
  const std::string rest = request.url.substr(scheme.size());
  const size_t slash = std::min(rest.find('/'), rest.size());
  const std::string host = rest.substr(0, slash);
  model::Request out;
  out.method = request.method;
  out.path = slash == rest.size() ? "/" : rest.substr(slash);
  out.headers.assign(request.headers.begin(), request.headers.end());
  out.headers.emplace_back("Host", host);
  out.body = request.body;
  return serve_(host, std::move(out));
}

void SimTransport::arrive(CallId id, Call call) {
  model::Reply reply = serve(call.request);
  const int64_t answered_ms = clock_.monotonic_ms() + reply.delay_ms + call.latency_ms - call.latency_ms / 2;
  const bool late = answered_ms > call.times_out_at_ms;
  call.response = late ? failed("timed out") : response_of(call.request, std::move(reply));
  call.arrived = true;
  events_.emplace(EventKey{std::min(answered_ms, call.times_out_at_ms), id}, std::move(call));
}

void SimTransport::drive(int64_t deadline_ms) {
  bool told = false;
  for (;;) {
    const int64_t next_ms = next_deadline_ms();
    const int64_t until_ms = told ? clock_.monotonic_ms() : std::max(deadline_ms, clock_.monotonic_ms());
    if (events_.empty() && until_ms == kNever)
      throw std::logic_error("waiting without a deadline while no call is under way");
    if (next_ms > until_ms) {
      clock_.advance_to(until_ms);
      return;
    }
    clock_.advance_to(next_ms);
    auto event = events_.extract(events_.begin());
    Call& call = event.mapped();
    if (!call.arrived) {
      arrive(event.key().second, std::move(call));
      continue;
    }
    told = true;
    call.done(std::move(call.response));
  }
}

void SimTransport::abandon_calls() {
  const std::map<EventKey, Call> gone = std::exchange(events_, {});
  for (const auto& [key, call] : gone)
    if (!call.arrived && random_.up_to(1) == 0) serve(call.request);
}

}  // namespace penstock::sim
