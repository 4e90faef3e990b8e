// How an output makes calls and shuts down, through the library as a host opens it.
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "tests/abi/library.h"
#include "tests/unit/core/posix/loopback_server.h"

namespace penstock::abi {
namespace {

using Outcomes = std::multimap<uint64_t, int32_t>;
using Reply = posix::LoopbackServer::Reply;

constexpr int64_t kFarMs = 30'000;  // a test that needs longer has failed
constexpr int64_t kNearMs = 50;

int64_t now_ms() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

Reply taken(const std::string& request) {
  std::string records;
  for (size_t at = 0; (at = request.find("\"Data\"", at)) != std::string::npos; ++at)
    records += std::string(records.empty() ? "" : ",") + R"({"SequenceNumber":"1","ShardId":"s"})";
  return {posix::response_200("{\"FailedRecordCount\":0,\"Records\":[" + records + "]}")};
}

Reply rejected(const std::string& code) {
  const std::string body = "{\"__type\":\"" + code + "\"}";
  return {"HTTP/1.1 400 Bad Request\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body};
}

// A service with scripted responses to PutRecords. A silent call is answered only when the test ends. The service
// denies DescribeStreamSummary, which the output calls at its start, and does not count it.
class Service {
 public:
  enum class Response { take, reject_temporarily, reject_permanently, silence };

  ~Service() {
    const std::lock_guard lock(mutex_);
    over_ = true;
    changed_.notify_all();
  }
  // Sets the responses to the next calls; the last one repeats.
  void respond(std::vector<Response> responses) { responses_ = std::move(responses); }
  std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }
  size_t connections() { return server_.connections(); }
  size_t calls() {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

 private:
  Reply serve(const std::string& request) {
    std::unique_lock lock(mutex_);
    if (request.find("Kinesis_20131202.DescribeStreamSummary") != std::string::npos)
      return rejected("AccessDeniedException");
    const Response response = responses_[std::min(calls_++, responses_.size() - 1)];
    if (response == Response::silence) {
      changed_.wait_for(lock, std::chrono::milliseconds(kFarMs), [this] { return over_; });
      return {"", posix::LoopbackServer::Then::close};
    }
    if (response == Response::reject_temporarily) return rejected("ThrottlingException");
    if (response == Response::reject_permanently) return rejected("AccessDeniedException");
    return taken(request);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  size_t calls_ = 0;
  std::vector<Response> responses_ = {Response::take};
  posix::LoopbackServer server_{[this](const std::string& request) { return serve(request); }};
};

class shutdown : public testing::Test {
 protected:
  shutdown() {
    module();  // which sets credentials
    setenv("no_proxy", "*", 1);
    logging_host.struct_size = sizeof logging_host;
    logging_host.ctx = &log;
    logging_host.log = [](void* ctx, int32_t, penstock_bytes line) {
      *static_cast<std::string*>(ctx) += text(line) + "\n";
    };
  }

  Options options(const std::map<std::string, std::string>& more = {}) const {
    Options list = {{"stream", "mill"},
                    {"region", "eu-west-1"},
                    {"endpoint", service.endpoint()},
                    {"on_failure", more.contains("on_failure") ? more.at("on_failure") : "drop"},
                    {"linger", more.contains("linger") ? more.at("linger") : "1h"}};
    for (const auto& [key, value] : more)
      if (key != "on_failure" && key != "linger") list.emplace_back(key, value);
    return list;
  }
  static void write(const Instance& output, uint64_t ack_id, const std::string& body = "the mill wheel turns") {
    OneLine line;
    line.batch.ack_id = ack_id;
    line.record.body = bytes(body);
    ASSERT_GE(output->output->write(output.get(), &line.batch, nullptr), PENSTOCK_OK);
  }
  void pump(const Instance& output, int64_t deadline_ms) {
    const auto settle = [](void* ctx, uint64_t ack_id, int32_t outcome) {
      static_cast<Outcomes*>(ctx)->emplace(ack_id, outcome);
    };
    ASSERT_GE(output->output->pump(output.get(), deadline_ms, settle, &settled, nullptr), PENSTOCK_OK);
  }
  template <typename Done>
  void pump_until(const Instance& output, Done done) {
    for (const int64_t end_ms = now_ms() + kFarMs; !done() && now_ms() < end_ms;) pump(output, now_ms() + 10);
    ASSERT_TRUE(done());
  }
  // Closes the output and collects the remaining outcomes. A second pump must return none.
  void close(const Instance& output, int64_t deadline_ms) {
    EXPECT_EQ(output->close(output.get(), deadline_ms, nullptr), PENSTOCK_OK);
    EXPECT_TRUE(settled.empty()) << "settled outside pump()";
    pump(output, now_ms() + kFarMs);
    const size_t count = settled.size();
    pump(output, now_ms() + kFarMs);
    EXPECT_EQ(settled.size(), count);
  }
  static int64_t stat(const Instance& output, std::string_view name) {
    std::pair<std::string_view, int64_t> wanted{name, -1};
    output->stats(
        output.get(),
        [](void* ctx, const penstock_stat* stat) {
          auto& [of, value] = *static_cast<std::pair<std::string_view, int64_t>*>(ctx);
          if (of == stat->name) value = stat->value;
        },
        &wanted);
    return wanted.second;
  }

  Service service;
  Outcomes settled;
  std::string log;
  penstock_host logging_host = {};
};

using Response = Service::Response;

TEST_F(shutdown, waiting_records_are_sent_at_once_on_close_and_delivered_if_the_service_responds) {
  const Instance output(kinesis_output(), options(), nullptr);
  for (uint64_t id = 1; id <= 3; ++id) write(output, id);
  close(output, now_ms() + kFarMs);
  EXPECT_EQ(settled, (Outcomes{{1, PENSTOCK_DELIVERED}, {2, PENSTOCK_DELIVERED}, {3, PENSTOCK_DELIVERED}}));
  EXPECT_EQ(service.calls(), 1u);
}

TEST_F(shutdown, rejected_records_are_retried_while_there_is_time_to_close) {
  service.respond({Response::reject_temporarily, Response::reject_temporarily, Response::take});
  const Instance output(kinesis_output(), options(), nullptr);
  write(output, 1);
  close(output, now_ms() + kFarMs);
  EXPECT_EQ(settled, (Outcomes{{1, PENSTOCK_DELIVERED}}));
  EXPECT_EQ(service.calls(), 3u);
}

TEST_F(shutdown, with_a_silent_service_everything_is_released_once_at_the_deadline) {
  service.respond({Response::silence});
  const Instance output(kinesis_output(), options({{"linger", "1ms"}}), nullptr);
  for (uint64_t id = 1; id <= 3; ++id) write(output, id);
  const int64_t deadline_ms = now_ms() + kNearMs;
  close(output, deadline_ms);
  EXPECT_GE(now_ms(), deadline_ms);
  EXPECT_EQ(settled, (Outcomes{{1, PENSTOCK_RELEASED}, {2, PENSTOCK_RELEASED}, {3, PENSTOCK_RELEASED}}));
  EXPECT_EQ(stat(output, "in_flight_bytes"), 0);
  EXPECT_EQ(stat(output, "queued_records"), 0);
}

TEST_F(shutdown, batches_delivered_before_the_service_went_silent_are_not_released) {
  service.respond({Response::take, Response::silence});
  const Instance output(kinesis_output(), options({{"linger", "1ms"}}), nullptr);
  write(output, 1);
  pump_until(output, [this] { return settled.size() == 1; });
  write(output, 2);
  settled.clear();
  close(output, now_ms() + kNearMs);
  EXPECT_EQ(settled, (Outcomes{{2, PENSTOCK_RELEASED}}));
}

TEST_F(shutdown, with_a_past_deadline_everything_is_released_without_waiting) {
  service.respond({Response::silence});
  const Instance output(kinesis_output(), options(), nullptr);
  write(output, 1);
  close(output, 0);
  EXPECT_EQ(settled, (Outcomes{{1, PENSTOCK_RELEASED}}));
}

TEST_F(shutdown, records_due_only_after_the_deadline_are_released) {
  service.respond({Response::reject_permanently});
  const Instance output(kinesis_output(), options({{"linger", "1ms"}}), nullptr);
  write(output, 1);
  pump_until(output, [&] { return stat(output, "failed_calls") == 1; });
  EXPECT_EQ(stat(output, "healthy"), 0);
  close(output, now_ms() + kNearMs);
  EXPECT_EQ(settled, (Outcomes{{1, PENSTOCK_RELEASED}}));
  EXPECT_EQ(service.calls(), 1u);
}

TEST_F(shutdown, a_second_close_is_rejected_and_changes_nothing) {
  service.respond({Response::silence});
  const Instance output(kinesis_output(), options(), nullptr);
  write(output, 1);
  EXPECT_EQ(output->close(output.get(), 0, nullptr), PENSTOCK_OK);
  EXPECT_EQ(output->close(output.get(), now_ms() + kFarMs, nullptr), PENSTOCK_E_STATE);
  pump(output, 0);
  EXPECT_EQ(settled, (Outcomes{{1, PENSTOCK_RELEASED}}));
}

TEST_F(shutdown, a_batch_whose_dead_letter_cannot_be_written_is_released_and_others_delivered) {
  std::string folder = (std::filesystem::temp_directory_path() / "penstock-test-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const std::string too_large(2'000, 'x');
  for (const bool writable : {true, false}) {
    settled.clear();
    const Instance output(kinesis_output(),
                          options({{"on_failure", "file:" + folder + "/failures"}, {"max_record_bytes", "1K"}}),
                          nullptr);
    write(output, 1, too_large);
    write(output, 2);
    rlimit before = {};
    getrlimit(RLIMIT_FSIZE, &before);
    const auto old = signal(SIGXFSZ, SIG_IGN);
    if (!writable) {
      const rlimit none = {1, before.rlim_max};  // no file may grow beyond one byte
      ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
    }
    EXPECT_EQ(output->close(output.get(), now_ms() + (writable ? kFarMs : 500), nullptr), PENSTOCK_OK);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, old);
    pump(output, 0);
    EXPECT_EQ(settled,
              (Outcomes{{1, writable ? PENSTOCK_DEAD_LETTERED : PENSTOCK_RELEASED}, {2, PENSTOCK_DELIVERED}}));
  }
  std::filesystem::remove_all(folder);
}

TEST_F(shutdown, consecutive_calls_of_an_output_share_one_connection) {
  const Instance output(kinesis_output(), options({{"linger", "1ms"}}), &logging_host);
  pump_until(output, [this] {
    return log.find("cannot check whether stream mill exists, so that a missing stream is noticed") !=
           std::string::npos;
  });
  for (uint64_t id = 1; id <= 5; ++id) {
    write(output, id);
    pump_until(output, [&] { return settled.size() == id; });
  }
  EXPECT_EQ(service.calls(), 5u);
  EXPECT_EQ(service.connections(), 1u);
}

TEST_F(shutdown, call_timeout_ends_a_silent_call_which_is_then_retried) {
  service.respond({Response::silence, Response::take});
  const Instance output(kinesis_output(),
                        options({{"linger", "1ms"}, {"call_timeout", "300ms"}, {"connect_timeout", "29s"}}),
                        &logging_host);
  write(output, 1);
  pump_until(output, [&] { return settled.size() == 1; });
  EXPECT_EQ(settled, (Outcomes{{1, PENSTOCK_DELIVERED}}));
  EXPECT_NE(log.find("limits: 29000 ms to connect, 300 ms in all"), std::string::npos) << log;
  EXPECT_EQ(stat(output, "failed_calls"), 1);
}

}  // namespace
}  // namespace penstock::abi
