#include "fluentbit/filter/lambda_records.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugin/stages/stages.h"
#include "tests/fluentbit/msgpack.h"

namespace penstock::fluentbit {
namespace {

using test_agent::Event;
using test_agent::events_of;
using test_agent::Pack;

constexpr char kPythonLine[] =
    "[WARNING]\t2019-08-25T13:59:15.269Z\t8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001\tonly 3 left\n";

// The records of the real filter.
struct Filtering {
  explicit Filtering(LambdaRecords::Options options = {"log"}) {
    EXPECT_EQ(filter.open(nullptr, {}), "");
    records = std::make_unique<LambdaRecords>(std::move(options), filter);
  }

  // Returns what a chunk becomes, all of it, or the chunk itself if it is unchanged.
  std::string apply(const std::string& chunk) {
    changed = records->apply(chunk);
    return changed ? std::string(records->out()) : chunk;
  }
  std::vector<Event> events(const std::string& chunk) { return events_of(apply(chunk)); }
  const std::string& problem() const { return records->problem(); }

  client::Instance filter{plugin::kLambdaLogsStage};
  std::unique_ptr<LambdaRecords> records;
  bool changed = false;
};

Pack header(uint32_t seconds = 1) {
  return Pack().array(2).array(2).event_time(seconds, 269'000'007).map(1).text("m").text("kept");
}

std::string event_with(std::string_view line, std::string_view key = "log") {
  return header().map(1).text(key).text(line).bytes;
}

TEST(fluentbit_lambda_records, a_line_becomes_a_record_and_everything_around_it_is_unchanged) {
  const std::string before = Pack().array(2).event_time(0xffffffff, 0).map(0).bytes;
  const std::string after = header(5).map(1).text("stream").integer(1).bytes + "\xc0" +
                            Pack().array(2).event_time(0xfffffffe, 0).map(0).bytes;
  const std::string head = header().bytes;
  Filtering filtering;
  const std::string out = filtering.apply(before + event_with(kPythonLine) + after);
  EXPECT_TRUE(filtering.changed);
  EXPECT_TRUE(out.starts_with(before + head));
  EXPECT_TRUE(out.ends_with(after));
  EXPECT_EQ(filtering.problem(), "");
  const Event event = events_of(out.substr(before.size(), out.size() - before.size() - after.size())).at(0);
  EXPECT_EQ(event.seconds, 1);
  EXPECT_EQ(event.nanoseconds, 269'000'007);
  EXPECT_EQ(event.metadata.text("m"), "kept");
  EXPECT_EQ(event.body.text("timestamp"), "2019-08-25T13:59:15.269Z");
  EXPECT_EQ(event.body.text("level"), "WARNING");
  EXPECT_EQ(event.body.text("message"), "only 3 left");
  EXPECT_EQ(event.body.items.size(), 8u);  // these and lambda; no source
}

TEST(fluentbit_lambda_records, levels_of_loggers_and_crashes_are_those_of_their_lines) {
  Filtering filtering;
  for (const auto& [line, level] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"DD_EXTENSION | DEBUG | started", "DEBUG"},
           {"2026/09/14 22:25:42 WARN slow k=v", "WARN"},
           {"panic: boom", "ERROR"},
           {R"({"errorMessage":"x","errorType":"Init<LoadError>"})", "ERROR"},
           {R"({"type":"platform.logsDropped","record":{"droppedRecords":1}})", "WARN"},
           {"the job got an ERROR", "INFO"}})
    EXPECT_EQ(filtering.events(event_with(line)).at(0).body.text("level"), level) << line;
}

TEST(fluentbit_lambda_records, a_line_without_a_time_gets_the_time_of_its_event) {
  Filtering filtering;
  EXPECT_EQ(filtering.events(event_with("hello")).at(0).body.text("timestamp"), "1970-01-01T00:00:01.269Z");
}

TEST(fluentbit_lambda_records, event_times_beyond_the_calendar_are_clamped) {
  Filtering filtering;
  const auto with_time = [](const std::string& time) {
    return Pack().array(2).raw(time).map(1).text("log").text("x").bytes;
  };
  const std::string most = Pack().raw("\xcf").number(UINT64_MAX, 8).bytes;
  EXPECT_NE(filtering.apply(with_time(most)).find("9999-12-31T23:59:59.999Z"), std::string::npos);
  const std::string least = Pack().integer(INT64_MIN).bytes;
  EXPECT_NE(filtering.apply(with_time(least)).find("0000-01-01T00:00:00.000Z"), std::string::npos);
}

TEST(fluentbit_lambda_records, a_line_may_be_binary) {
  Filtering filtering;
  const std::string chunk = header().map(1).binary("log").binary(kPythonLine).bytes;
  EXPECT_EQ(filtering.events(chunk).at(0).body.text("level"), "WARNING");
}

TEST(fluentbit_lambda_records, an_event_without_a_line_is_unchanged_and_not_a_problem) {
  Filtering filtering;
  const std::vector<std::string> chunks = {
      "",
      event_with(kPythonLine, "other"),
      header().map(1).text("log").integer(5).bytes,
      header().map(1).text("log").map(1).text("log").text("inner").bytes,
      header().map(1).array(1).text("log").text("x").bytes,
      header().text("log").bytes,
      header().map(0).bytes,
      Pack().array(2).event_time(0xffffffff, 0).map(1).text("log").text("of a group").bytes,
  };
  for (const std::string& chunk : chunks) {
    EXPECT_EQ(filtering.apply(chunk), chunk);
    EXPECT_FALSE(filtering.changed);
    EXPECT_EQ(filtering.problem(), "");
  }
}

TEST(fluentbit_lambda_records, reserve_data_keeps_the_other_members) {
  Filtering filtering({"log", true, false});
  const std::string other = Pack().text("nested").map(1).integer(7).array(2).nil().boolean(true).bytes;
  const std::string chunk = header().map(2).raw(other).text("log").text(kPythonLine).bytes;
  const std::string out = filtering.apply(chunk);
  EXPECT_TRUE(out.ends_with(other));
  const Event event = events_of(out).at(0);
  EXPECT_EQ(event.body.text("level"), "WARNING");
  EXPECT_EQ(event.body.find("log"), nullptr);
  EXPECT_EQ(event.body.items.size(), 10u);
}

TEST(fluentbit_lambda_records, preserve_key_keeps_only_the_line) {
  Filtering filtering({"log", false, true});
  const std::string chunk = header().map(2).text("stream").text("stdout").text("log").text(kPythonLine).bytes;
  const Event event = filtering.events(chunk).at(0);
  EXPECT_EQ(event.body.text("level"), "WARNING");
  EXPECT_EQ(event.body.text("log"), kPythonLine);
  EXPECT_EQ(event.body.items.size(), 10u);
}

TEST(fluentbit_lambda_records, a_kept_member_is_replaced_by_a_record_member_of_the_same_name) {
  Filtering filtering({"log", true, true});
  const std::string chunk = header()
                                .map(3)
                                .text("level")
                                .text("mine")
                                .text("log")
                                .text(R"({"timestamp":"2019-08-25T13:59:15Z","level":"theirs","log":"theirs"})")
                                .text("stream")
                                .text("stdout")
                                .bytes;
  const Event event = filtering.events(chunk).at(0);
  EXPECT_EQ(event.body.items.size(), 8u);
  EXPECT_EQ(event.body.text("level"), "theirs");
  EXPECT_EQ(event.body.text("log"), "theirs");
  EXPECT_EQ(event.body.text("stream"), "stdout");
}

TEST(fluentbit_lambda_records, the_events_id_replaces_the_applications_which_is_kept) {
  const std::string line = R"({"event_id":"order-17"})";
  const std::string before = header().map(2).text("event_id").text("3870").text("log").text(line).bytes;
  const std::string after = header().map(2).text("log").text(line).text("event_id").text("3870").bytes;
  for (const bool reserve_data : {false, true}) {
    Filtering filtering({"log", reserve_data, false});
    for (const Event& event : filtering.events(before + after)) {
      EXPECT_EQ(event.body.text("event_id"), "3870");
      EXPECT_EQ(event.body.text("event_id_original"), "order-17");
      EXPECT_EQ(event.body.items.size(), 6u);  // these and timestamp
    }
  }
}

TEST(fluentbit_lambda_records, without_an_event_id_the_applications_is_unchanged) {
  Filtering filtering({"log", true, false});
  const std::string chunk =
      event_with(R"({"event_id":"order-17"})") +
      header().map(2).text("event_id").integer(7).text("log").text(R"({"event_id":"order-18"})").bytes;
  const std::vector<Event> events = filtering.events(chunk);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].body.text("event_id"), "order-17");
  EXPECT_EQ(events[1].body.text("event_id"), "order-18");
}

TEST(fluentbit_lambda_records, keys_that_are_not_strings_are_kept_next_to_any_name) {
  Filtering filtering({"log", true, false});
  const std::string other = Pack().integer(7).text("seven").array(1).nil().text("an array").bytes;
  const std::string out = filtering.apply(header().map(3).raw(other).text("log").text(R"({"":1})").bytes);
  EXPECT_TRUE(filtering.changed);
  EXPECT_TRUE(out.ends_with(other));
}

TEST(fluentbit_lambda_records, json_too_deep_for_msgpack_is_unchanged_among_other_events) {
  const auto nested = [](size_t depth) {
    return "{\"timestamp\":1,\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  for (const LambdaRecords::Options& options : {LambdaRecords::Options{"log"}, {"log", true, true}}) {
    Filtering filtering(options);
    const std::string deepest = event_with(nested(JsonToMsgpack::kMaxDepth));
    const std::string deeper = event_with(nested(JsonToMsgpack::kMaxDepth + 1));
    EXPECT_NE(filtering.apply(deepest), deepest);
    EXPECT_EQ(filtering.problem(), "");
    const std::string out = filtering.apply(event_with(kPythonLine) + deeper + event_with(kPythonLine));
    EXPECT_EQ(filtering.problem(),
              "PS0973: records whose JSON is nested more than 500 deep pass unchanged; records: 1");
    EXPECT_NE(out.find(deeper), std::string::npos);
    const std::vector<Event> events = events_of(out);
    ASSERT_EQ(events.size(), 3u);
    EXPECT_EQ(events[0].body.text("level"), "WARNING");
    EXPECT_EQ(events[2].body.text("level"), "WARNING");
  }
}

TEST(fluentbit_lambda_records, a_malformed_tail_is_unchanged_and_reported) {
  Filtering filtering;
  const std::string whole = event_with(kPythonLine);
  const std::string good = filtering.apply(whole);
  for (size_t size = 1; size < whole.size(); ++size) {
    const std::string tail = whole.substr(0, size);
    EXPECT_EQ(filtering.apply(whole + tail), good + tail);
    EXPECT_TRUE(filtering.problem().starts_with(
        "PS0971: a chunk is not log events in msgpack, and passes unchanged from there: truncated value at byte "))
        << filtering.problem();
    EXPECT_EQ(filtering.apply(tail), tail);
    EXPECT_FALSE(filtering.changed);
  }
}

TEST(fluentbit_lambda_records, events_of_a_large_chunk_keep_their_order) {
  constexpr int kEvents = 20'000;  // more than the filter emits at once
  std::string chunk;
  for (int i = 0; i < kEvents; ++i) {
    const std::string line = "{\"n\":" + std::to_string(i) + "}";
    chunk += i % 3 == 0 ? header().map(1).text("n").integer(i).bytes : event_with(line);
  }
  const std::vector<Event> events = Filtering().events(chunk);
  ASSERT_EQ(events.size(), static_cast<size_t>(kEvents));
  for (int i = 0; i < kEvents; ++i) {
    ASSERT_NE(events[static_cast<size_t>(i)].body.find("n"), nullptr);
    ASSERT_EQ(events[static_cast<size_t>(i)].body.find("n")->integer, i);
  }
}

// Returns how many values there are, and the bytes after the last valid one.
std::pair<int, std::string> shape_of(std::string_view chunk) {
  int values = 0;
  for (std::string_view rest = chunk; test_agent::take_value(rest); chunk = rest) ++values;
  return {values, std::string(chunk)};
}

TEST(fluentbit_lambda_records, events_in_any_bytes_are_filtered) {
  std::mt19937 random(20190825);
  Filtering filtering({"log", true, true});
  const std::string good =
      event_with(kPythonLine) + event_with(R"({"a":[1,{"b":null}],"level":"x"})") +
      header().map(2).text("a").raw("\xca").number(0x3fc00000, 4).text("log").text("x").bytes +
      event_with("", "other");
  const std::string last = event_with(kPythonLine);
  for (int round = 0; round < 20'000; ++round) {
    std::string chunk = good;
    for (uint32_t changes = random() % 4; changes > 0; --changes)
      chunk[random() % chunk.size()] = static_cast<char>(random());
    chunk += last;
    const std::string out = filtering.apply(chunk);
    EXPECT_EQ(shape_of(chunk), shape_of(out)) << round;
  }
}

// A filter that calls a function in place of lambda_logs.
using Apply = int32_t(penstock_instance*, const penstock_batch*, penstock_emit_fn, void*, penstock_error*);
class Applying {
 public:
  explicit Applying(Apply* apply) : calls_{sizeof calls_, 0, apply} {
    stage_.filter = &calls_;
    EXPECT_EQ(instance_.open(nullptr, {}), "");
  }
  client::Instance& instance() { return instance_; }

 private:
  penstock_filter calls_;
  penstock_stage stage_ = plugin::kLambdaLogsStage;
  client::Instance instance_{stage_};
};

std::string problem_with(Apply* apply) {
  Applying filter(apply);
  LambdaRecords records({"log"}, filter.instance());
  EXPECT_FALSE(records.apply(event_with("one") + event_with("two")));
  return records.problem();
}

TEST(fluentbit_lambda_records, a_failing_filter_changes_nothing_and_its_error_is_reported) {
  EXPECT_EQ(problem_with([](penstock_instance*, const penstock_batch*, penstock_emit_fn, void*,
                            penstock_error* error) -> int32_t {
              std::snprintf(error->text, sizeof error->text, "not today");
              return PENSTOCK_E_INTERNAL;
            }),
            "PS0950: a chunk passes unchanged: not today");
}

TEST(fluentbit_lambda_records, a_filter_that_fails_midway_changes_nothing) {
  static int calls;
  calls = 0;
  Applying filter([](penstock_instance*, const penstock_batch* batch, penstock_emit_fn emit, void* ctx,
                     penstock_error*) -> int32_t { return ++calls < 2 ? emit(ctx, batch) : PENSTOCK_E_INTERNAL; });
  LambdaRecords records({"log"}, filter.instance());
  std::string chunk;
  for (int i = 0; i < 1000; ++i) chunk += event_with("{}");
  EXPECT_FALSE(records.apply(chunk));
  EXPECT_EQ(calls, 2);
  calls = 0;
  EXPECT_TRUE(records.apply(event_with("{}")));  // and nothing of it is left
  EXPECT_EQ(records.out(), header().bytes + "\x80");
}

// A filter that leaves out the lines that begin with "out", and passes all others unchanged.
int32_t leave_out(penstock_instance*, const penstock_batch* batch, penstock_emit_fn emit, void* ctx,
                  penstock_error*) {
  for (uint64_t i = 0; i < batch->record_count; ++i) {
    const penstock_record& record = batch->records[i];
    if (std::string_view(record.body.data, record.body.size).starts_with("out")) continue;
    penstock_batch one = *batch;
    one.records = &record;
    one.record_count = 1;
    if (const int32_t result = emit(ctx, &one); result < 0) return result;
  }
  return PENSTOCK_OK;
}

// Returns what the chunk becomes with that filter.
std::string left_of(const std::string& chunk) {
  Applying filter(leave_out);
  LambdaRecords records({"log"}, filter.instance());
  EXPECT_TRUE(records.apply(chunk));
  EXPECT_EQ(records.problem(), "");
  return std::string(records.out());
}

TEST(fluentbit_lambda_records, an_event_that_the_filter_leaves_out_is_removed_at_any_position) {
  const std::string out = event_with("out"), in = event_with(R"({"in":1})"), none = event_with("x", "other");
  const std::string made = header().raw("\x81\xa2in\x01").bytes;
  EXPECT_EQ(left_of(out + in + in), made + made);
  EXPECT_EQ(left_of(in + out + in), made + made);
  EXPECT_EQ(left_of(in + in + out), made + made);
  EXPECT_EQ(left_of(none + out + none + out + in + none), none + none + made + none);
}

TEST(fluentbit_lambda_records, a_chunk_whose_events_are_all_left_out_becomes_empty) {
  EXPECT_EQ(left_of(event_with("out") + event_with("out")), "");
  const std::string none = event_with("x", "other");
  EXPECT_EQ(left_of(event_with("out") + none), none);
}

TEST(fluentbit_lambda_records, receipts_of_exactly_the_events_left_out_are_reported) {
  const auto event_of = [](char receipt, std::string_view line) {
    Pack pack = Pack().array(2).array(2).event_time(1, 0).map(1).text("penstock");
    return pack.binary(std::string(PENSTOCK_RECEIPT_BYTES, receipt)).map(1).text("log").text(line).bytes;
  };
  Applying filter(leave_out);
  LambdaRecords records({"log"}, filter.instance());
  EXPECT_TRUE(
      records.apply(event_of('a', "out") + event_of('b', "{}") + event_with("out") + event_of('c', "out")));
  EXPECT_EQ(records.receipts_left_out(),
            std::string(PENSTOCK_RECEIPT_BYTES, 'a') + std::string(PENSTOCK_RECEIPT_BYTES, 'c'));
  EXPECT_TRUE(records.apply(event_of('b', "{}")));
  EXPECT_EQ(records.receipts_left_out(), "");
}

TEST(fluentbit_lambda_records, the_right_events_of_a_large_chunk_are_left_out) {
  constexpr int kEvents = 2000;  // more than the filter gets at once
  std::string chunk;
  for (int i = 0; i < kEvents; ++i)
    chunk += event_with(i % 3 == 0 || (i >= 500 && i < 1100) ? "out" : "{\"n\":" + std::to_string(i) + "}");
  const std::vector<Event> events = events_of(left_of(chunk));
  size_t next = 0;
  for (int i = 0; i < kEvents; ++i) {
    if (i % 3 == 0 || (i >= 500 && i < 1100)) continue;
    ASSERT_LT(next, events.size());
    ASSERT_EQ(events[next++].body.find("n")->integer, i);
  }
  EXPECT_EQ(next, events.size());
}

TEST(fluentbit_lambda_records, records_that_match_no_event_change_nothing) {
  static const auto rejected = [](const penstock_batch& batch, penstock_emit_fn emit, void* ctx,
                                  penstock_error* error) {
    const int32_t result = emit(ctx, &batch);
    EXPECT_LT(result, 0);
    std::snprintf(error->text, sizeof error->text, "refused");
    return result;
  };
  // Twice the same, in another order, without a key, with an unknown key.
  EXPECT_EQ(problem_with([](penstock_instance*, const penstock_batch* batch, penstock_emit_fn emit, void* ctx,
                            penstock_error* error) {
              emit(ctx, batch);
              return rejected(*batch, emit, ctx, error);
            }),
            "PS0950: a chunk passes unchanged: refused");
  EXPECT_EQ(problem_with([](penstock_instance*, const penstock_batch* batch, penstock_emit_fn emit, void* ctx,
                            penstock_error* error) {
              const penstock_record turned[] = {batch->records[1], batch->records[0]};
              penstock_batch changed = *batch;
              changed.records = turned;
              return rejected(changed, emit, ctx, error);
            }),
            "PS0950: a chunk passes unchanged: refused");
  static std::string_view key;
  for (const char* one : {"", "\x02", "no"}) {
    key = one;
    EXPECT_EQ(problem_with([](penstock_instance*, const penstock_batch* batch, penstock_emit_fn emit, void* ctx,
                              penstock_error* error) {
                penstock_record record = batch->records[0];
                record.key = {key.data(), key.size()};
                penstock_batch changed = *batch;
                changed.records = &record;
                changed.record_count = 1;
                return rejected(changed, emit, ctx, error);
              }),
              "PS0950: a chunk passes unchanged: refused");
  }
}

}  // namespace
}  // namespace penstock::fluentbit
