#include <curl/curl.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <list>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/text.h"
#include "core/posix/ca_certificates.h"
#include "core/posix/curl_call.h"
#include "core/posix/file_io.h"
#include "core/posix/posix_env.h"
#include "core/posix/process_runner.h"

namespace penstock::posix {

namespace {

constexpr int kEventsAtOnce = 64;
constexpr size_t kLargeBodyBytes = size_t{64} * 1024;  // up to this, libcurl sends it together with the headers
constexpr size_t kIdleHandles = 64;                    // maximum number of easy handles kept for later calls

struct EndMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
using Multi = std::unique_ptr<CURLM, EndMulti>;

struct EndEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using Easy = std::unique_ptr<CURL, EndEasy>;

using Calls = std::list<CurlCall>;  // moved between lists without allocation

// Initializes libcurl once per process. It is never cleaned up, because other code in the process may use libcurl
// too, and its resolver threads may outlive us.
CURLcode initialize() {
  static std::mutex mutex;
  static bool done = false;
  const std::lock_guard lock(mutex);
  if (done) return CURLE_OK;
  const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  done = code == CURLE_OK;
  return code;
}

class CurlTransport : public Transport {
 public:
  CurlTransport(Clock& clock, CurlOptions options, ProcessRunner* processes, Multi multi, Descriptor epoll)
      : clock_(clock),
        options_(std::move(options)),
        processes_(processes),
        multi_holder_(std::move(multi)),
        multi_(multi_holder_.get()),
        epoll_holder_(std::move(epoll)),
        epoll_(epoll_holder_.get()) {
    idle_.reserve(kIdleHandles);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlTransport::on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, static_cast<void*>(this));
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlTransport::on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, static_cast<void*>(this));
  }

  ~CurlTransport() override {
    for (const CurlCall& call : calls_) {
      curl_multi_remove_handle(multi_, call.easy());
      curl_easy_cleanup(call.easy());
    }
    for (CURL* easy : idle_) curl_easy_cleanup(easy);
    multi_holder_.reset();  // closes connections, so on_socket() may still run
  }

  CallId start(HttpRequest request, Done done) override {
    sends_large_bodies_ = sends_large_bodies_ || request.body.size() > kLargeBodyBytes;
    Calls one;
    CurlCall& call = one.emplace_back(std::move(request), std::move(done));
    Easy easy(take_handle());
    if (easy == nullptr) throw std::bad_alloc();
    Status status = call.prepare(easy.get(), options_, system_certificates_);
    if (status.ok() && curl_multi_add_handle(multi_, easy.get()) != CURLM_OK) throw std::bad_alloc();
    if (status.ok()) {
      static_cast<void>(easy.release());
      calls_.splice(calls_.end(), one);
    } else {
      call.finish(std::move(status));
      ended_.splice(ended_.end(), one);
    }
    return ++last_id_;
  }

  void drive(int64_t deadline_ms) override {
    for (;;) {
      perform_events(wait_ms(deadline_ms));
      perform_timer();
      if (processes_ != nullptr) processes_->perform();
      collect();
      if (complete_ended()) return;
      if (clock_.monotonic_ms() >= deadline_ms) return;
    }
  }

  int descriptor() const override { return epoll_; }

  int64_t next_deadline_ms() const override {
    const int64_t processes_ms = processes_ == nullptr ? kNever : processes_->next_deadline_ms();
    return ended_.empty() ? std::min(timer_ms_, processes_ms) : 0;
  }

 private:
  static int on_socket(CURL* /*easy*/, curl_socket_t socket, int what, void* transport, void* known) {
    auto* self = static_cast<CurlTransport*>(transport);
    if (self->sends_large_bodies_) self->cork(socket, what);
    if (what == CURL_POLL_REMOVE) {
      epoll_ctl(self->epoll_, EPOLL_CTL_DEL, socket, nullptr);
      return 0;
    }
    epoll_event event = {};
    event.data.fd = socket;
    if ((what & CURL_POLL_IN) != 0) event.events |= EPOLLIN;
    if ((what & CURL_POLL_OUT) != 0) event.events |= EPOLLOUT;
    int result = epoll_ctl(self->epoll_, known == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event);
    // If a descriptor was closed and its number reused, libcurl's knowledge of whether it is in the epoll set may
    // be wrong.
    if (result != 0 && errno == EEXIST) result = epoll_ctl(self->epoll_, EPOLL_CTL_MOD, socket, &event);
    if (result != 0 && errno == ENOENT) result = epoll_ctl(self->epoll_, EPOLL_CTL_ADD, socket, &event);
    if (result == 0) curl_multi_assign(self->multi_, socket, self);
    return result == 0 ? 0 : -1;
  }

  // While a kept connection is corked, the kernel sends full segments only, and not one for each TLS record of a
  // body. A connection is corked when a call has ended, for the next one, until libcurl waits for the response.
  static void cork(curl_socket_t socket, int what) {
    if (what != CURL_POLL_REMOVE && what != CURL_POLL_IN) return;
    const int on = what == CURL_POLL_REMOVE ? 1 : 0;
    setsockopt(socket, IPPROTO_TCP, TCP_CORK, &on, sizeof on);  // fails if it is not a TCP socket
  }

  static int on_timer(CURLM* /*multi*/, long timeout_ms, void* transport) {
    auto* self = static_cast<CurlTransport*>(transport);
    self->timer_ms_ = timeout_ms < 0 ? kNever : self->clock_.monotonic_ms() + timeout_ms;
    return 0;
  }

  CURL* take_handle() {
    if (idle_.empty()) return curl_easy_init();
    CURL* easy = idle_.back();
    idle_.pop_back();
    return easy;
  }

  // Keeps the handle for a later call, unless its transfer failed: libcurl 7.88 then leaves it with a buffer whose
  // size cannot be set again.
  void end_handle(CURL* easy, bool reusable) {
    if (!reusable || idle_.size() == kIdleHandles) return curl_easy_cleanup(easy);
    curl_easy_reset(easy);
    idle_.push_back(easy);
  }

  // Returns the time to wait for events; -1 for no limit.
  int wait_ms(int64_t deadline_ms) const {
    const int64_t until_ms = std::min(deadline_ms, next_deadline_ms());
    if (until_ms == kNever) return -1;
    return static_cast<int>(std::clamp<int64_t>(until_ms - clock_.monotonic_ms(), 0, INT_MAX));
  }

  void perform_events(int timeout_ms) {
    std::array<epoll_event, kEventsAtOnce> events;
    const int count =
        epoll_wait(epoll_, events.data(), kEventsAtOnce, timeout_ms);  // -1 (EINTR) counts as no events
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<size_t>(i)];
      if (processes_ != nullptr && event.data.fd == processes_->descriptor())
        continue;  // drive() performs them anyway
      int what = 0;
      if ((event.events & EPOLLIN) != 0) what |= CURL_CSELECT_IN;
      if ((event.events & EPOLLOUT) != 0) what |= CURL_CSELECT_OUT;
      if ((event.events & (EPOLLERR | EPOLLHUP)) != 0) what |= CURL_CSELECT_ERR;
      act(event.data.fd, what);
    }
  }

  void perform_timer() {
    if (timer_ms_ > clock_.monotonic_ms()) return;
    timer_ms_ = kNever;  // libcurl sets the next timer, if any
    act(CURL_SOCKET_TIMEOUT, 0);
  }

  void act(curl_socket_t socket, int what) {
    int running = 0;
    if (curl_multi_socket_action(multi_, socket, what, &running) == CURLM_OUT_OF_MEMORY) end_all();
  }

  // Fails all calls: when memory is exhausted, libcurl may have lost track of a transfer, and does not say which.
  void end_all() {
    for (CurlCall& call : calls_) {
      curl_multi_remove_handle(multi_, call.easy());
      curl_easy_cleanup(call.easy());
      call.finish(out_of_memory_status());
    }
    ended_.splice(ended_.end(), calls_);
  }

  void collect() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* easy = message->easy_handle;
      const CURLcode code = message->data.result;  // invalid once the handle is removed
      const auto call =
          std::find_if(calls_.begin(), calls_.end(), [easy](const CurlCall& one) { return one.easy() == easy; });
      call->finish(code);
      curl_multi_remove_handle(multi_, easy);
      end_handle(easy, code == CURLE_OK);
      ended_.splice(ended_.end(), calls_, call);
    }
  }

  // Runs the done functions of calls and programs that ended; returns false if none did.
  bool complete_ended() {
    const bool ended = !ended_.empty();
    for (size_t left = ended_.size(); left > 0; --left) {
      Calls one;  // if its done function throws, the others wait for the next drive()
      one.splice(one.end(), ended_, ended_.begin());
      one.front().complete();
    }
    const bool programs_ended = processes_ != nullptr && processes_->complete_ended();
    return programs_ended || ended;
  }

  Clock& clock_;
  const CurlOptions options_;
  const CaCertificates system_certificates_ = find_ca_certificates(std::getenv);
  ProcessRunner* const processes_;
  Multi multi_holder_;
  CURLM* const multi_;
  const Descriptor epoll_holder_;
  const int epoll_;
  bool sends_large_bodies_ = false;  // has sent one
  CallId last_id_ = 0;
  int64_t timer_ms_ = kNever;  // time at which libcurl must be called
  Calls calls_;                // in flight; at most a few dozen
  Calls ended_;                // ended; completed by the next drive()
  std::vector<CURL*> idle_;    // capacity is reserved for kIdleHandles
};

}  // namespace

Result<std::unique_ptr<Transport>> make_curl_transport(Clock& clock, const CurlOptions& options,
                                                       ProcessRunner* processes) {
  if (const CURLcode code = initialize(); code != CURLE_OK)
    return Status(Code::internal, "PS0662", std::string("cannot initialize libcurl: ") + curl_easy_strerror(code));
  if (!options.ca_file.empty() && access(options.ca_file.c_str(), R_OK) != 0)
    return Status(Code::config, "PS0663",
                  "cannot read ca_file " + printable(options.ca_file) + ": " +
                      std::generic_category().message(errno) + "; set it to a readable PEM file");
  Descriptor epoll(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll.valid()) return io_error("cannot create an epoll descriptor", errno, "PS0692");
  if (processes != nullptr) {
    epoll_event event = {};
    event.events = EPOLLIN;
    event.data.fd = processes->descriptor();
    epoll_ctl(epoll.get(), EPOLL_CTL_ADD, processes->descriptor(), &event);
  }
  Multi multi(curl_multi_init());
  if (multi == nullptr) throw std::bad_alloc();
  return std::unique_ptr<Transport>(
      std::make_unique<CurlTransport>(clock, options, processes, std::move(multi), std::move(epoll)));
}

}  // namespace penstock::posix
