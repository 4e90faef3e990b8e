// Every allocation failed in turn while an output writes and an input reads: nothing may be lost by it.
#include <poll.h>
#include <stdlib.h>
#include <time.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/abi/allocation/scenario.h"
#include "tests/gzip.h"
#include "tests/model_kinesis/server.h"

namespace penstock::abi {
namespace {

using memory::Unwatched;

constexpr int kMostTurns = 2'000;
constexpr int kPatienceMs = 1;  // how long the model may take before time is moved on
constexpr int64_t kMostStepMs = 1'000;

// Time that passes only where there is nothing else to wait for, so that no backoff is sat out.
struct HostClock {
  HostClock() {
    host.struct_size = sizeof host;
    host.ctx = this;
    host.log = [](void* ctx, int32_t, penstock_bytes line) {
      const Unwatched own;
      static_cast<HostClock*>(ctx)->log += text(line) + '\n';
    };
    host.wall_ms = [](void*) {  // by which requests are signed
      timespec now = {};
      clock_gettime(CLOCK_REALTIME, &now);
      return int64_t{now.tv_sec} * 1000;
    };
    host.monotonic_ms = [](void* ctx) { return 1'000 + static_cast<HostClock*>(ctx)->passed_ms; };
    host.random = [](void* ctx) { return static_cast<HostClock*>(ctx)->random += 0x9e3779b97f4a7c15u; };
  }
  // Until the descriptor has something, or else to the next deadline.
  void wait(int descriptor, int64_t deadline_ms) {
    const int64_t ahead_ms = deadline_ms - 1'000 - passed_ms;
    if (ahead_ms <= 0) return;
    pollfd watched = {descriptor, POLLIN, 0};
    if (::poll(&watched, 1, kPatienceMs) > 0) return;
    passed_ms += std::min(ahead_ms, kMostStepMs);
  }
  penstock_host host = {};
  int64_t passed_ms = 0;
  uint64_t random = 0;
  std::string log;
};

class allocation_failure_in_calls : public testing::Test {
 protected:
  allocation_failure_in_calls()
      : server(
            [] {
              module();  // which sets keys
              setenv("no_proxy", "*", 1);
              model::Settings settings;
              settings.keys = {{"AKIDEXAMPLE", "not-a-real-secret"}};
              settings.limits.get_calls_per_s = 1'000'000;  // time is the test's own
              settings.limits.iterator_calls_per_s = 1'000'000;
              settings.limits.written_records_per_s = 1'000'000;
              settings.limits.written_bytes_per_s = 1 << 30;
              settings.limits.read_bytes_per_s = 1 << 30;
              return settings;
            }(),
            {}) {
    EXPECT_EQ(server.start(), "");
    // Its table of sockets divides by zero after a failed allocation (7.88.1, singlesocket() in multi.c): not ours
    // to mend. What other libraries allocate for it does fail.
    memory::spare("libcurl.so");
    EXPECT_NE(mkdtemp(folder.data()), nullptr);
  }
  ~allocation_failure_in_calls() override { std::filesystem::remove_all(folder); }

  void new_stream(const std::string& name, uint32_t shards) {
    server.with([&](model::Service& service) {
      service.delete_stream(name);
      EXPECT_TRUE(service.create_stream(name, shards));
    });
  }
  Options options(const std::string& stream, const Options& more) const {
    Options list = {{"stream", stream}, {"region", "us-east-1"}, {"endpoint", server.url()}};
    list.insert(list.end(), more.begin(), more.end());
    return list;
  }
  static penstock_instance* make(Calls& calls, const penstock_stage* stage, const Options& options,
                                 const HostClock& clock) {
    const std::vector<penstock_option> list = c_options(options);
    penstock_instance* self = nullptr;
    EXPECT_TRUE(calls.well_at_last("create", [&](penstock_error* error) {
      return stage->create(&clock.host, list.data(), list.size(), sizeof(penstock_option), &self, error);
    }));
    return self;
  }

  model::Server server;
  std::string folder = (std::filesystem::temp_directory_path() / "penstock-test-XXXXXX").string();
};

std::string body_of(uint64_t batch, int record) {
  return R"({"batch":)" + std::to_string(batch) + R"(,"record":)" + std::to_string(record) +
         R"(,"text":"longer than what a string holds without memory"})";
}

using Outcomes = std::multimap<uint64_t, int32_t>;

void settle(void* ctx, uint64_t ack_id, int32_t outcome) {
  const Unwatched own;
  static_cast<Outcomes*>(ctx)->emplace(ack_id, outcome);
}

struct OutputWork {
  const char* name;
  Options options;
  bool refusals = false;  // of records, and of calls
};

class allocation_failure_of_the_output : public allocation_failure_in_calls {
 protected:
  static constexpr uint64_t kBatches = 4;
  static constexpr int kRecords = 3;

  void run(Calls& calls, const OutputWork& work) {
    const penstock_stage* const stage = kinesis_output();
    new_stream("out", 2);
    server.with([&](model::Service& service) {
      model::FaultRates rates;
      rates.refuse_records = work.refusals ? 0.3 : 0;
      rates.throttle = work.refusals ? 0.2 : 0;
      service.faults().set_rates(rates);
    });
    HostClock clock;
    Options with = options("out", work.options);
    with.emplace_back("on_failure", "file:" + folder + "/failures");
    penstock_instance* const self = make(calls, stage, with, clock);
    if (self == nullptr) return;
    Outcomes outcomes;
    for (uint64_t id = 1; id <= kBatches; ++id) EXPECT_TRUE(write(calls, self, id));
    const std::string large(3'000, 'x');
    OneLine line;
    line.batch.ack_id = kBatches + 1;
    line.record.body = bytes(large);
    EXPECT_TRUE(calls.well_at_last("write of a record that is too large", [&](penstock_error* error) {
      return stage->output->write(self, &line.batch, error);
    }));
    for (int turn = 0; outcomes.size() <= kBatches && turn < kMostTurns; ++turn) {
      calls.maybe("pump",
                  [&](penstock_error* error) { return stage->output->pump(self, 0, settle, &outcomes, error); });
      if (outcomes.size() <= kBatches) wait(clock, stage, self);
    }
    calls.maybe("stats", [&](penstock_error*) {
      stage->stats(
          self, [](void*, const penstock_stat*) {}, nullptr);
      return PENSTOCK_OK;
    });
    Outcomes right;
    for (uint64_t id = 1; id <= kBatches; ++id) right.emplace(id, PENSTOCK_DELIVERED);
    right.emplace(kBatches + 1, PENSTOCK_FAILED_RECORDED);
    EXPECT_EQ(outcomes, right) << clock.log;

    // What is under way at the end is handed over, whatever close() came to.
    EXPECT_TRUE(write(calls, self, 99));
    calls.maybe("close", [&](penstock_error* error) { return stage->close(self, 0, error); });
    outcomes.clear();
    const auto last = [&](penstock_error* error) {
      return stage->output->pump(self, 0, settle, &outcomes, error);
    };
    EXPECT_TRUE(calls.well_at_last("pump after close", last));
    EXPECT_EQ(outcomes.count(99), 1u);
    Calls::watched([&] { stage->destroy(self); });
    expect_all_arrived();
  }

  static bool write(Calls& calls, penstock_instance* self, uint64_t id) {
    std::vector<std::string> bodies;
    for (int i = 0; i < kRecords; ++i) bodies.push_back(body_of(id, i));
    std::vector<penstock_record> records(bodies.size());
    for (size_t i = 0; i < records.size(); ++i) records[i].body = bytes(bodies[i]);
    OneLine line;
    line.batch.ack_id = id;
    line.batch.log_stream = bytes("2019/08/25/[$LATEST]a stream of its own");
    line.batch.records = records.data();
    line.batch.record_count = records.size();
    const penstock_stage* const stage = kinesis_output();
    return calls.well_at_last(
        "write", [&](penstock_error* error) { return stage->output->write(self, &line.batch, error); });
  }
  static void wait(HostClock& clock, const penstock_stage* stage, penstock_instance* self) {
    clock.wait(stage->descriptor(self), stage->next_deadline_ms(self));
  }
  void expect_all_arrived() {
    std::string all;
    server.with([&](model::Service& service) {
      service.each_record("out", [&](const model::Shard&, const model::Record& record) { all += record.data; });
    });
    for (uint64_t id = 1; id <= kBatches; ++id)
      for (int i = 0; i < kRecords; ++i)
        EXPECT_NE(all.find(body_of(id, i).substr(0, 24)), std::string::npos) << body_of(id, i) << " is lost";
  }
};

TEST_F(allocation_failure_of_the_output, is_told_and_every_record_is_delivered_and_settled_once) {
  const OutputWork works[] = {
      {"output, as it is by default", {{"max_record_bytes", "2K"}}},
      {"output, aggregate newline, ordering per_key, refusals",
       {{"max_record_bytes", "2K"}, {"aggregate", "newline"}, {"ordering", "per_key"}},
       true},
      {"output, aggregate kpl, refusals", {{"max_record_bytes", "2K"}, {"aggregate", "kpl"}}, true},
  };
  for (const OutputWork& work : works) sweep(work.name, [&](Calls& calls) { run(calls, work); }, {.stride = 11});
}

std::string message(int number) {
  std::string out = R"({"messageType":"DATA_MESSAGE","owner":"1","logGroup":"/aws/lambda/a group","logStream":"a )"
                    R"(stream","subscriptionFilters":["f"],"logEvents":[)";
  for (int i = 0; i < 3; ++i)
    out += std::string(i == 0 ? "" : ",") + R"({"id":"event-)" + std::to_string(number) + "-" + std::to_string(i) +
           R"(","timestamp":1566741555269,"message":"the mill wheel turns, and turns, and turns"})";
  return out + "]}";
}

class allocation_failure_of_the_input : public allocation_failure_in_calls {
 protected:
  static constexpr int kMessages = 6;

  allocation_failure_of_the_input() {
    new_stream("in", 2);
    server.with([&](model::Service& service) {
      for (int i = 0; i < kMessages; ++i) {
        for (int k = 0; k < 3; ++k) expected.insert("event-" + std::to_string(i) + "-" + std::to_string(k));
        const std::string text = message(i);
        // Gzip of one message, of two, and as it is; and in between what can be read by nobody.
        std::string data = i % 3 == 0 ? gzip(text) : text;
        if (i % 3 == 1) data = gzip(text + message(i));
        service.preload("in", "key " + std::to_string(i), data);
        if (i == 3) service.preload("in", "key", gzip(text).substr(0, 60));
      }
    });
  }

  struct Taken {
    std::set<std::string> events;
    std::vector<uint64_t> to_ack;
    std::map<std::string, std::string> last;  // sequence number by shard
    bool refused = false;                     // one was, to be emitted again
  };
  static int32_t emit(void* ctx, const penstock_batch* batch) {
    const Unwatched own;
    auto& taken = *static_cast<Taken*>(ctx);
    if (!std::exchange(taken.refused, true)) return PENSTOCK_E_IO;
    for (uint64_t i = 0; i < batch->record_count; ++i) taken.events.insert(text(batch->records[i].id));
    taken.to_ack.push_back(batch->ack_id);
    taken.last[text(batch->shard_id)] = text(batch->sequence_number);
    return PENSTOCK_OK;
  }

  void run(Calls& calls, const std::string& checkpoint) {
    const penstock_stage* const stage = kinesis_input();
    const std::string path = folder + "/checkpoint";
    std::filesystem::remove(path);
    HostClock clock;
    penstock_instance* const self =
        make(calls, stage,
             options("in", {{"checkpoint", checkpoint == "file" ? "file:" + path : checkpoint},
                            {"on_failure", "file:" + folder + "/failures"}}),
             clock);
    if (self == nullptr) return;
    Taken taken;
    const auto stat = [&](std::string_view name) {
      std::pair<std::string_view, int64_t> wanted{name, -1};
      stage->stats(
          self,
          [](void* ctx, const penstock_stat* told) {
            auto& [of, value] = *static_cast<std::pair<std::string_view, int64_t>*>(ctx);
            if (of == told->name) value = told->value;
          },
          &wanted);
      return wanted.second;
    };
    const auto done = [&] {
      return taken.events == expected && stat("open_records") == 0 && stat("failures") > 0;
    };
    for (int turn = 0; !done() && turn < kMostTurns; ++turn) {
      calls.maybe("poll", [&](penstock_error* error) {
        const bool first = !taken.refused;
        const int32_t code = stage->input->poll(self, 0, emit, &taken, error);
        return first && taken.refused && code == PENSTOCK_E_IO ? PENSTOCK_OK : code;
      });
      for (const uint64_t id : std::exchange(taken.to_ack, {}))
        EXPECT_TRUE(calls.well_at_last(
            "ack", [&](penstock_error* error) { return stage->input->ack(self, id, PENSTOCK_DELIVERED, error); }));
      clock.wait(stage->descriptor(self), stage->next_deadline_ms(self));
    }
    EXPECT_TRUE(taken.events == expected) << taken.events.size() << " of " << expected.size() << " events came\n"
                                          << clock.log;
    EXPECT_TRUE(done()) << "open records " << stat("open_records") << ", failures " << stat("failures") << '\n'
                        << clock.log;
    EXPECT_EQ(stat("outstanding"), 0);
    calls.maybe("stats", [&](penstock_error*) {
      stage->stats(
          self, [](void*, const penstock_stat*) {}, nullptr);
      return PENSTOCK_OK;
    });
    bool saved = false;
    calls.maybe("close", [&](penstock_error* error) {
      const int32_t code = stage->close(self, 0, error);
      saved = code == PENSTOCK_OK;
      return code;
    });
    Calls::watched([&] { stage->destroy(self); });
    if (checkpoint != "file" || !saved) return;
    // close() said that all is saved.
    std::ifstream file(path);
    const std::string kept((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    for (const auto& [shard, sequence_number] : taken.last)
      EXPECT_NE(kept.find(sequence_number), std::string::npos) << shard << " is not at its end in " << kept;
  }

  std::set<std::string> expected;
};

TEST_F(allocation_failure_of_the_input, is_told_and_every_event_comes_and_every_ack_counts) {
  sweep("input, checkpoint in a file", [&](Calls& calls) { run(calls, "file"); }, {.stride = 11});
  sweep("input, checkpoint in memory", [&](Calls& calls) { run(calls, "memory"); }, {.stride = 29});
}

}  // namespace
}  // namespace penstock::abi
