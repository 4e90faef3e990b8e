#include "tests/sim/sim_transport.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace penstock::sim {
namespace {

constexpr std::string_view kSecure = "https://";
constexpr std::string_view kPlain = "http://";
constexpr int64_t kHoldStepMs = 200;  // between two looks for the reply of a call that the service holds

bool is_secure(const HttpRequest& request) { return request.url.starts_with(kSecure); }

std::pair<std::string, std::string> host_and_path(const HttpRequest& request) {
  const std::string rest = request.url.substr((is_secure(request) ? kSecure : kPlain).size());
  const size_t slash = std::min(rest.find('/'), rest.size());
  return {rest.substr(0, slash), slash == rest.size() ? "/" : rest.substr(slash)};
}

HttpResponse failed(std::string why) {
  HttpResponse response;
  response.transport = Status(Code::transient, "PS0000", std::move(why));
  return response;
}

HttpResponse response_of(const HttpRequest& request, model::Reply reply) {
  if (reply.wire == model::Wire::truncated) return failed("the connection was closed during the response");
  if (reply.wire != model::Wire::whole) return failed("the connection was closed without a response");
  if (reply.body.size() > request.max_response_bytes) {
    HttpResponse response;
    response.transport =
        Status(Code::too_large, "PS0000",
               "the response is larger than " + std::to_string(request.max_response_bytes) + " bytes");
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
  min_latency_ms_ = least;
  max_latency_ms_ = most;
}

void SimTransport::set_faults(const NetworkFaults& faults, uint64_t seed) {
  faults_ = faults;
  fault_random_ = SimRandom(seed);
}

void SimTransport::cut_off(const std::string& host_part, int64_t from_ms, int64_t until_ms) {
  std::erase_if(cut_offs_, [this](const CutOff& past) { return past.until_ms <= clock_.monotonic_ms(); });
  cut_offs_.push_back({host_part, from_ms, until_ms});
}

bool SimTransport::is_cut_off(const HttpRequest& request, int64_t at_ms) const {
  return std::any_of(cut_offs_.begin(), cut_offs_.end(), [&](const CutOff& cut) {
    return at_ms >= cut.from_ms && at_ms < cut.until_ms &&
           host_and_path(request).first.find(cut.host_part) != std::string::npos;
  });
}

bool SimTransport::chance(double share) {
  constexpr double kDraws = 1 << 30;
  return share > 0 && static_cast<double>(fault_random_.up_to((1 << 30) - 1)) < share * kDraws;
}

int64_t SimTransport::some_delay_ms() {
  return static_cast<int64_t>(fault_random_.up_to(static_cast<uint64_t>(faults_.delay_ms)));
}

Transport::CallId SimTransport::start(HttpRequest request, Done done) {
  const int64_t now_ms = clock_.monotonic_ms();
  Call call;
  call.done = std::move(done);
  call.latency_ms = min_latency_ms_ +
                    static_cast<int64_t>(random_.up_to(static_cast<uint64_t>(max_latency_ms_ - min_latency_ms_)));
  call.times_out_at_ms = now_ms + request.timeout_ms;
  call.request = std::move(request);
  const CallId id = ++last_id_;
  send(std::move(call), id);
  return id;
}

void SimTransport::send(Call call, CallId id) {
  const int64_t now_ms = clock_.monotonic_ms();
  int64_t arrival_ms = now_ms + call.latency_ms / 2;
  if (chance(faults_.connection_refused))
    return respond(std::move(call), id, arrival_ms, failed("connection refused"));
  bool lost = chance(faults_.request_lost) || is_cut_off(call.request, now_ms);
  call.is_response_lost = chance(faults_.response_lost);
  call.is_truncated = chance(faults_.truncated);
  if (chance(faults_.response_delay)) call.response_delay_ms = some_delay_ms();
  if (chance(faults_.request_delay)) {
    arrival_ms += some_delay_ms();
    call.is_delayed = true;
  }
  if (chance(faults_.twice) && !lost) send_stray(call.request, arrival_ms + some_delay_ms());
  if (arrival_ms > call.times_out_at_ms && call.is_delayed && !lost) send_stray(call.request, arrival_ms);
  if (lost || arrival_ms > call.times_out_at_ms) return time_out(std::move(call), id);
  events_.emplace(EventKey{arrival_ms, id}, std::move(call));
}

void SimTransport::send_stray(const HttpRequest& request, int64_t arrival_ms) {
  Call stray;
  stray.request = request;
  events_.emplace(EventKey{arrival_ms, ++last_id_}, std::move(stray));
}

void SimTransport::respond(Call call, CallId id, int64_t at_ms, HttpResponse response) {
  if (at_ms > call.times_out_at_ms) return time_out(std::move(call), id);
  call.has_response = true;
  call.response = std::move(response);
  events_.emplace(EventKey{at_ms, id}, std::move(call));
}

void SimTransport::time_out(Call call, CallId id) {
  const int64_t at_ms = call.times_out_at_ms;
  respond(std::move(call), id, at_ms, failed("timed out"));
}

model::Reply SimTransport::serve(const HttpRequest& request) {
  auto [host, path] = host_and_path(request);
  model::Request out;
  out.method = request.method;
  out.path = std::move(path);
  out.headers.assign(request.headers.begin(), request.headers.end());
  out.headers.emplace_back("Host", host);
  out.body = request.body;
  return serve_(host, std::move(out));
}

void SimTransport::arrive(CallId id, Call call) {
  const int64_t now_ms = clock_.monotonic_ms();
  const bool lost = is_cut_off(call.request, now_ms);
  if (!call.done) {
    if (!lost) serve(call.request);
    return;
  }
  if (lost) return time_out(std::move(call), id);
  if (call.held.again) return wait_for_reply(id, std::move(call));
  model::Reply reply = serve(call.request);
  if (reply.again && reply.wire == model::Wire::whole) {
    call.held_until_ms = now_ms + reply.delay_ms + reply.wait_ms;
    call.held = std::move(reply);
    return wait_for_reply(id, std::move(call));
  }
  reply_with(id, std::move(call), std::move(reply));
}

// The service holds the call until it has a reply, or its wait is over.
void SimTransport::wait_for_reply(CallId id, Call call) {
  const int64_t now_ms = clock_.monotonic_ms();
  std::optional<model::Reply> later = call.held.again();
  if (!later && now_ms >= call.held_until_ms) later = std::exchange(call.held, {});
  if (later) {
    call.held = {};
    return reply_with(id, std::move(call), std::move(*later));
  }
  const int64_t next_ms = std::min(now_ms + kHoldStepMs, call.held_until_ms);
  if (next_ms > call.times_out_at_ms) return time_out(std::move(call), id);
  events_.emplace(EventKey{next_ms, id}, std::move(call));
}

void SimTransport::reply_with(CallId id, Call call, model::Reply reply) {
  if (call.is_response_lost) return time_out(std::move(call), id);
  if (call.is_truncated) reply.wire = model::Wire::truncated;
  const int64_t responded_ms =
      clock_.monotonic_ms() + reply.delay_ms + call.response_delay_ms + call.latency_ms - call.latency_ms / 2;
  HttpResponse response = response_of(call.request, std::move(reply));
  respond(std::move(call), id, responded_ms, std::move(response));
}

void SimTransport::carry() {
  const int64_t now_ms = clock_.monotonic_ms();
  for (auto event = events_.begin(); event != events_.end() && event->first.first <= now_ms;) {
    const auto due = event++;
    if (due->second.has_response) continue;
    auto node = events_.extract(due);
    arrive(node.key().second, std::move(node.mapped()));
  }
}

void SimTransport::drive(int64_t deadline_ms) {
  deadline_ms = machine_.to_shared_ms(deadline_ms);
  bool completed = false;
  for (;;) {
    const int64_t next_ms = next_event_ms();
    const int64_t until_ms = completed ? clock_.monotonic_ms() : std::max(deadline_ms, clock_.monotonic_ms());
    if (events_.empty() && until_ms == kNever)
      throw std::logic_error("waiting without a deadline while no call is under way");
    if (next_ms > until_ms) {
      clock_.advance_to(until_ms);
      return;
    }
    clock_.advance_to(next_ms);
    auto event = events_.extract(events_.begin());
    Call& call = event.mapped();
    if (!call.has_response) {
      arrive(event.key().second, std::move(call));
      continue;
    }
    if (call.response.transport.ok() && is_cut_off(call.request, clock_.monotonic_ms())) {
      time_out(std::move(call), event.key().second);
      continue;
    }
    completed = true;
    if (call.response.transport.ok()) call.response.request_body = std::move(call.request.body);
    call.done(std::move(call.response));
  }
}

size_t SimTransport::calls_under_way() const {
  return static_cast<size_t>(std::count_if(events_.begin(), events_.end(),
                                           [](const auto& event) { return event.second.done != nullptr; }));
}

void SimTransport::abandon_calls() {
  std::map<EventKey, Call> gone = std::exchange(events_, {});
  for (auto& [key, call] : gone) {
    if (call.has_response || call.held.again) continue;
    const bool goes_on = call.is_delayed || !call.done;
    if (goes_on)
      send_stray(call.request, key.first);
    else if (random_.up_to(1) == 0)
      serve(call.request);
  }
}

}  // namespace penstock::sim
