// Each class of service errors, in each form that it takes: the counters show the right action, and every record
// arrives exactly once.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/aws/sigv4.h"
#include "tests/sim/writer_fixture.h"

namespace penstock::sim {
namespace {

constexpr int64_t kHourMs = 3'600'000;
constexpr int64_t kMinuteMs = 60'000;
// The longest time of a call that is retried once: linger, two latencies, the first backoff.
constexpr int64_t kSoonMs = 100 + 2 * 10 + 100;

kinesis::Writer::Options options() { return {.stream = {}, .mem_limit_bytes = 24 << 20}; }

model::Fault error(const std::string& code, int status = 400) {
  return model::error_fault({status, code, "as the test wants"});
}

model::Reply reply(int status, std::string body, model::Headers headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}

// Returns how often each record is in the stream.
std::map<std::string, int> stored(WriterSim& sim) {
  std::map<std::string, int> count;
  sim.each([&](const model::Shard&, const model::Record& record) { ++count[record.data]; });
  return count;
}

std::vector<KeyedRecord> numbered(size_t first, size_t count) {
  std::vector<KeyedRecord> records;
  records.reserve(count);
  for (size_t i = first; i < first + count; ++i) records.push_back({std::to_string(i), std::to_string(i)});
  return records;
}

void expect_each_once(WriterSim& sim, size_t records) {
  EXPECT_TRUE(sim.writer().idle());
  const auto count = stored(sim);
  EXPECT_EQ(count.size(), records);
  for (const auto& [data, times] : count) EXPECT_EQ(times, 1) << data;
  EXPECT_EQ(sim.writer().counters().delivered_records, static_cast<int64_t>(records));
  EXPECT_EQ(sim.writer().counters().dead_letters, 0);
  EXPECT_EQ(sim.settled(PENSTOCK_RELEASED), 0u);
  EXPECT_EQ(sim.settled(PENSTOCK_DEAD_LETTERED), 0u);
}

bool logged(const WriterSim& sim, LogLevel level, const std::string& text) {
  for (const LogLine& line : sim.sim.log())
    if (line.level == level && line.text.find(text) != std::string::npos) return true;
  return false;
}

// What happens if the calls of one batch get a fault of a class that many times in a row.
enum class Class { soon, credentials, permanent, split };

void meet(Class class_, const model::Fault& fault, int times, const std::string& said) {
  SCOPED_TRACE(said + ", " + std::to_string(times) + " times");
  const size_t records = class_ == Class::split ? 1 : 3;  // several would be retried in smaller calls
  WriterSim sim(2, options());
  sim.service.faults().next_calls("PutRecords", fault, times);
  sim.write(numbered(0, records));
  if (class_ == Class::permanent || class_ == Class::split) {
    for (int calls = 1; calls <= times; ++calls) {
      sim.run_for(calls == 1 ? kSoonMs : 30'000);
      EXPECT_EQ(sim.writer().counters().calls, calls) << "retried every 30 s";
      EXPECT_EQ(sim.writer().counters().healthy, 0);
    }
    EXPECT_TRUE(logged(sim, LogLevel::error, "every 30 s: PutRecords: " + said));
    sim.run_for(30'000);
  } else {
    sim.run_for(times == 1 ? kSoonMs : kMinuteMs);
    EXPECT_TRUE(logged(sim, LogLevel::warn, "retrying: PutRecords: " + said));
  }
  expect_each_once(sim, records);
  const kinesis::WriterCounters counters = sim.writer().counters();
  EXPECT_EQ(counters.calls, times + 1);
  EXPECT_EQ(counters.failed_calls, times);
  EXPECT_EQ(counters.retries, static_cast<int64_t>(records) * times);
  EXPECT_EQ(counters.rejected_records, 0);
  EXPECT_EQ(counters.healthy, 1);
  if (class_ == Class::credentials)
    EXPECT_GE(sim.client().credentials_found(), 2);
  else
    EXPECT_EQ(sim.client().credentials_found(), 1);
}

struct CodesOfClass {
  const char* name;
  Class class_;
  std::vector<std::string> codes;
};

class fault_codes : public testing::TestWithParam<CodesOfClass> {};

TEST_P(fault_codes, every_error_code_leads_to_the_action_of_its_class) {
  for (const std::string& code : GetParam().codes)
    for (const std::string& written : {code, code + "Exception"})
      for (const int times : {1, 5}) {
        meet(GetParam().class_, error(written), times, written);
        meet(GetParam().class_, error("com.amazonaws.kinesis#" + written), times, written);
        meet(
            GetParam().class_,
            model::reply_fault(reply(
                400, "", {{"x-amzn-ErrorType", written + ":http://internal.amazon.com/coral/com.amazon.coral/"}})),
            times, written);
      }
}

INSTANTIATE_TEST_SUITE_P(
    , fault_codes,
    testing::Values(
        CodesOfClass{"throttle",
                     Class::soon,
                     {"ProvisionedThroughputExceeded", "LimitExceeded", "KMSThrottling", "Throttling",
                      "RequestLimitExceeded", "SlowDown", "TooManyRequests"}},
        CodesOfClass{"transient", Class::soon, {"InternalFailure", "ServiceUnavailable", "RequestTimeout"}},
        CodesOfClass{"clock_skew", Class::soon, {"InvalidSignature", "RequestExpired", "RequestTimeTooSkewed"}},
        CodesOfClass{"credentials", Class::credentials, {"ExpiredToken", "UnrecognizedClient"}},
        CodesOfClass{"permanent",
                     Class::permanent,
                     {"ResourceNotFound", "AccessDenied", "KMSAccessDenied", "KMSDisabled", "KMSInvalidState",
                      "KMSNotFound", "KMSOptInRequired", "OfTomorrow"}},
        CodesOfClass{"invalid", Class::split, {"InvalidArgument", "Validation", "Serialization"}}),
    [](const auto& one) { return one.param.name; });

TEST(faults, a_status_without_a_body_leads_to_the_action_of_its_class) {
  for (const int status : {408, 429, 500, 502, 503, 504})
    meet(Class::soon, model::reply_fault(reply(status, "")), 1, "HTTP " + std::to_string(status));
  for (const int status : {301, 400, 403, 404, 405, 501})
    meet(Class::permanent, model::reply_fault(reply(status, "")), 1, "HTTP " + std::to_string(status));
  meet(Class::split, model::reply_fault(reply(413, "")), 1, "HTTP 413");
}

TEST(faults, a_proxys_response_is_classified_by_status_and_an_html_page_is_not_a_response) {
  const std::string page = "<html><body><h1>Bad Gateway</h1></body></html>";
  for (const std::string& body : {page, std::string("{"), std::string("[]"), std::string("null")}) {
    meet(Class::soon, model::reply_fault(reply(502, body)), 1, "HTTP 502");
    meet(Class::permanent, model::reply_fault(reply(407, body)), 1, "HTTP 407");
  }
  for (const std::string& body : {page, std::string(), std::string("{}"), std::string(R"({"Records":[]})")}) {
    SCOPED_TRACE(body);
    WriterSim sim(2, options());
    sim.service.faults().next_calls("PutRecords", model::reply_fault(reply(200, body)));
    sim.write(numbered(0, 3));
    sim.run_for(kSoonMs);
    expect_each_once(sim, 3);
    EXPECT_EQ(sim.writer().counters().failed_calls, 1);
    EXPECT_TRUE(logged(sim, LogLevel::warn, "PutRecords: unexpected response: "));
  }
}

TEST(faults, a_call_with_an_incomplete_response_is_retried_and_duplicates_records_if_it_was_applied) {
  struct Case {
    model::Fault fault;
    int times;  // how often each record is in the stream at the end
    int64_t within_ms;
  };
  for (const Case& one : {Case{model::close_before(), 1, kSoonMs}, Case{model::lose_response(), 2, kSoonMs},
                          Case{model::truncate_response(), 2, kSoonMs},
                          Case{model::delay(31'000), 2, 30'000 + kSoonMs},  // longer than the call's timeout
                          Case{model::delay(29'000), 1, 30'000}}) {
    SCOPED_TRACE(static_cast<int>(one.fault.kind));
    WriterSim sim(2, options());
    sim.service.faults().next_calls("PutRecords", one.fault);
    sim.write(numbered(0, 3));
    sim.run_for(one.within_ms);
    EXPECT_TRUE(sim.writer().idle());
    EXPECT_EQ(sim.settled(PENSTOCK_DELIVERED), 1u);
    for (const auto& [data, times] : stored(sim)) EXPECT_EQ(times, one.times) << data;
    const bool failed = one.fault.delay_ms != 29'000;
    EXPECT_EQ(sim.writer().counters().failed_calls, failed ? 1 : 0);
    EXPECT_EQ(sim.writer().counters().retries, failed ? 3 : 0);
    EXPECT_EQ(sim.writer().counters().delivered_records, 3);
  }
}

// Lets no description of the stream succeed or fail for a reason from which the writer learns, so that PutRecords
// is the first call that tries the clock and the credentials.
void fail_descriptions(WriterSim& sim) {
  sim.service.faults().next_calls("DescribeStreamSummary", model::close_before(), 1000);
}

// Returns the X-Amz-Date of each PutRecords call.
std::vector<std::string> dates_of_calls(WriterSim& sim, int64_t wall_error_ms, int calls) {
  sim.clock.set_wall_error_ms(wall_error_ms);
  fail_descriptions(sim);
  std::vector<std::string> dates;
  sim.service.on_request([&](uint64_t, const model::Request& request) {
    if (model::header(request.headers, "x-amz-target") != "Kinesis_20131202.PutRecords") return;
    dates.emplace_back(model::header(request.headers, "x-amz-date"));
  });
  sim.write(numbered(0, 3));
  for (int i = 0; i < 10'000 && dates.size() < static_cast<size_t>(calls); ++i) sim.run_for(10);
  sim.run_for(10);
  return dates;
}

// Returns whether a date is correct, not that of the wrong clock.
bool is_right(const WriterSim& sim, const std::string& date) {
  const std::string now = aws::sigv4::amz_date(sim.clock.unix_ms());
  return date.substr(0, 11) == now.substr(0, 11);  // to the hour
}

TEST(faults, the_clock_is_corrected_at_the_first_clock_error_over_tls) {
  for (const char* code : {"InvalidSignature", "RequestExpired", "RequestTimeTooSkewed"})
    for (const int64_t hours : {-23, -1, 1, 23}) {
      SCOPED_TRACE(code + std::to_string(hours));
      WriterSim sim(2, options());
      // For a wrong clock, the model itself responds with InvalidSignatureException.
      if (std::string_view(code) != "InvalidSignature") sim.service.faults().next_calls("PutRecords", error(code));
      const auto dates = dates_of_calls(sim, hours * kHourMs, 2);
      ASSERT_EQ(dates.size(), 2u);
      EXPECT_FALSE(is_right(sim, dates[0]));
      EXPECT_TRUE(is_right(sim, dates[1]));
      expect_each_once(sim, 3);
      EXPECT_EQ(sim.writer().counters().failed_calls, 1);
      EXPECT_EQ(sim.client().credentials_found(), 1);
    }
}

TEST(faults, the_clock_is_not_corrected_over_plain_http_or_by_a_day) {
  struct Case {
    const char* endpoint;
    int64_t error_ms;
  };
  for (const Case& one :
       {Case{"http://127.0.0.1:4567", kHourMs}, Case{"", 25 * kHourMs}, Case{"", -25 * kHourMs}}) {
    SCOPED_TRACE(one.endpoint);
    WriterSim sim(2, options(), 1, {}, one.endpoint);
    const auto dates = dates_of_calls(sim, one.error_ms, 4);
    ASSERT_GE(dates.size(), 4u);
    for (const std::string& date : dates) EXPECT_FALSE(is_right(sim, date)) << date;
    EXPECT_FALSE(sim.writer().idle());
    sim.clock.set_wall_error_ms(0);  // an operator corrects the clock
    sim.run_for(kMinuteMs);
    expect_each_once(sim, 3);
  }
}

TEST(faults, rejected_credentials_are_requested_again_for_the_next_call) {
  for (const bool expired : {false, true}) {
    WriterSim sim(2, options());
    fail_descriptions(sim);
    model::AccessKey rejected;
    rejected.expired = expired;
    const model::AccessKey good{"AKIDNEW", "new"};
    if (expired)
      sim.service.set_keys({rejected, good});
    else
      sim.service.set_keys({good});
    sim.write(numbered(0, 3));
    sim.run_for(105);  // the call is in flight
    sim.sim.variables()["AWS_ACCESS_KEY_ID"] = good.id;
    sim.sim.variables()["AWS_SECRET_ACCESS_KEY"] = good.secret;
    sim.run_for(kSoonMs);
    expect_each_once(sim, 3);
    EXPECT_EQ(sim.writer().counters().failed_calls, 1);
    EXPECT_EQ(sim.client().credentials_found(), 2);
  }
}

TEST(faults, an_expired_page_token_restarts_the_shard_list) {
  model::Settings settings;
  settings.list_shards_page = 2;
  WriterSim sim(5, options(), 1, settings);
  std::vector<std::string> lists;
  sim.service.on_request([&](uint64_t, const model::Request& request) {
    if (model::header(request.headers, "x-amz-target") == "Kinesis_20131202.ListShards")
      lists.push_back(request.body.find("NextToken") == std::string::npos ? "first" : "next");
  });
  sim.service.faults().next_calls("ListShards", model::Fault{});
  sim.service.faults().next_calls("ListShards", error("ExpiredNextTokenException"));
  sim.service.faults().next_calls("PutRecords",
                                  model::reject_records(1, "ProvisionedThroughputExceededException"));
  sim.write(numbered(0, 50));
  sim.run_for(kMinuteMs);
  sim.write(numbered(50, 50));  // the list continues while there is work
  sim.run_for(kMinuteMs);
  expect_each_once(sim, 100);
  for (int second = 0; second < 60; ++second) {
    sim.clock.advance(1'000);
    sim.run_for(0);
  }
  EXPECT_EQ(lists, (std::vector<std::string>{"first", "next", "first", "next", "next"}));
  EXPECT_TRUE(logged(sim, LogLevel::warn, "cannot list the shards of stream out, retrying"));
  EXPECT_TRUE(logged(sim, LogLevel::info, "stream out: its shards are listed again"));
  EXPECT_EQ(sim.writer().counters().rejected_records, 50);
}

// Compares the duplicates with the records put by calls whose response was lost, record by record, from the
// service's own log.
TEST(faults, ten_percent_lost_responses_duplicate_only_the_records_of_those_calls) {
  uint64_t duplicates = 0;
  for (uint64_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    model::Settings settings;
    settings.seed = seed;
    WriterSim sim(4, options(), seed, settings);
    sim.service.faults().set_rates({.throttle = 0.05,
                                    .internal_failure = 0.05,
                                    .close = 0.05,
                                    .lose_response = 0.1,
                                    .truncate = 0.05,
                                    .delay = 0.05,
                                    .delay_ms = 31'000,
                                    .reject_records = 0.1});
    std::map<std::string, size_t> seen;  // records of each shard, before the call
    std::map<std::string, int> lost;     // how often a call put the record and its response was lost
    sim.on_reply = [&](const model::Reply& response) {
      const bool unheard = response.wire != model::Wire::whole || response.delay_ms > 30'000;
      for (const model::Shard& shard : sim.service.stream("out")->shards())
        for (size_t& at = seen[shard.id()]; at < shard.records.size(); ++at)
          if (unheard) ++lost[shard.records[at].data];
    };
    size_t written = 0;
    for (int batch = 0; batch < 60; ++batch, written += 50) {
      sim.write(numbered(written, 50));
      sim.run_for(500);
    }
    sim.run_for(kHourMs);
    ASSERT_TRUE(sim.writer().idle());
    EXPECT_EQ(sim.settled(PENSTOCK_DELIVERED), 60u);
    EXPECT_EQ(sim.writer().counters().delivered_records, static_cast<int64_t>(written));
    const auto count = stored(sim);
    EXPECT_EQ(count.size(), written);
    for (const auto& [data, times] : count) EXPECT_EQ(times, 1 + lost[data]) << data;
    for (const auto& [data, times] : lost) duplicates += static_cast<uint64_t>(times);
  }
  EXPECT_GT(duplicates, 1'000u);
  RecordProperty("duplicates", std::to_string(duplicates));
}

}  // namespace
}  // namespace penstock::sim
