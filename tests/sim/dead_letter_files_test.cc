// The dead-letter file on a disk that is full, fails, or loses power, and when users change its files.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/bytes.h"
#include "core/kinesis/dead_letter_file.h"
#include "tests/sim/sim_env.h"

namespace penstock::sim {
namespace {

class dead_letter_files : public testing::Test {
 protected:
  static constexpr const char* kPath = "/var/failures";

  std::unique_ptr<kinesis::DeadLetterFile> open(kinesis::DeadLetterLimits limits = {}) {
    Result<std::unique_ptr<kinesis::DeadLetterFile>> log =
        kinesis::DeadLetterFile::open(sim.env(), "file:/var/failures", limits);
    EXPECT_TRUE(log.ok()) << log.status().message();
    return std::move(*log);
  }
  // Adds one line, of the same size as the next one added this way.
  int64_t add(kinesis::DeadLetterFile& log) {
    penstock_batch origin = {};
    const std::string number = std::to_string(1000 + added++ % 9000);
    origin.sequence_number = bytes(number);
    return log.add("input", "broken", origin, "key", "data");
  }
  Status record(kinesis::DeadLetterFile& log) {
    add(log);
    clock.advance(1);
    return log.flush();
  }
  int64_t count(const std::string& text) const {
    return std::count_if(sim.log().begin(), sim.log().end(),
                         [&](const LogLine& line) { return line.text.find(text) != std::string::npos; });
  }
  int64_t warnings() const { return count(": dead letters w"); }
  size_t line_bytes() {
    auto log = open();
    EXPECT_TRUE(record(*log).ok());
    const size_t bytes = sim.files().content(kPath)->size();
    log.reset();
    sim.files().remove(kPath);
    added = 0;
    return bytes;
  }
  // Returns the sequence numbers in all files, in the order of their names with PATH itself last; "?" for a broken
  // line.
  std::vector<std::string> recorded() {
    return recorded_in([this](const std::string& path) { return sim.files().content(path); });
  }
  // Returns those that would survive a power cut.
  std::vector<std::string> durable() {
    return recorded_in([this](const std::string& path) { return sim.files().durable(path); });
  }
  template <typename Content>
  std::vector<std::string> recorded_in(const Content& content_of) {
    std::vector<std::string> paths = rotated(), numbers;
    paths.emplace_back(kPath);
    for (const std::string& path : paths) {
      const std::string content = content_of(path).value_or("");
      for (size_t at = 0; at < content.size();) {
        const size_t end = std::min(content.find('\n', at), content.size());
        const std::string line = content.substr(at, end - at);
        constexpr std::string_view kNumber = R"("sequence_number":")";
        const size_t number = line.find(kNumber);
        const bool whole = line.starts_with("{\"time\"") && line.ends_with("\"}") && number != line.npos &&
                           std::count(line.begin(), line.end(), '{') == 1;
        numbers.push_back(whole ? line.substr(number + kNumber.size(), 4) : "?");
        at = end + 1;
      }
    }
    return numbers;
  }
  std::vector<std::string> rotated() const {
    std::vector<std::string> paths = sim.files().paths();
    std::erase_if(paths, [](const std::string& path) { return path == kPath || path.ends_with(".lock"); });
    return paths;
  }
  static std::vector<std::string> numbers(int count) {
    std::vector<std::string> all;
    all.reserve(static_cast<size_t>(count));
    for (int i = 0; i < count; ++i) all.push_back(std::to_string(1000 + i));
    return all;
  }

  SimClock clock;
  model::Service service{{}, [this] { return clock.unix_ms(); }};
  mutable SimEnv sim{clock, service, 1};
  int added = 0;
};

TEST_F(dead_letter_files, a_full_dead_letter_file_gets_a_sortable_name_and_a_new_one_starts) {
  const size_t line = line_bytes();
  auto log = open({.file_bytes = 3 * line});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(record(*log).ok());
  EXPECT_TRUE(rotated().empty()) << "three lines fit exactly";
  for (int i = 3; i < 10; ++i) ASSERT_TRUE(record(*log).ok());
  EXPECT_EQ(rotated().size(), 3U);
  EXPECT_EQ(sim.files().content(kPath)->size(), line);
  EXPECT_EQ(recorded(), numbers(10));
  EXPECT_EQ(log->recorded(), 10);
  for (const std::string& path : rotated()) {
    EXPECT_EQ(path.size(), std::string("/var/failures.20231114T221320.123Z").size()) << path;
    EXPECT_EQ(path.find_first_of(":-"), std::string::npos) << path;
  }
}

TEST_F(dead_letter_files, a_single_dead_letter_may_be_larger_than_a_file) {
  auto log = open({.file_bytes = 1});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(record(*log).ok());
  EXPECT_EQ(rotated().size(), 2U);
  EXPECT_EQ(recorded(), numbers(3));
}

TEST_F(dead_letter_files, dead_letters_survive_a_power_cut_and_a_truncated_line_damages_no_other) {
  const size_t line = line_bytes();
  for (int life = 0; life < 40; ++life) {
    auto log = open({.file_bytes = 5 * line});
    ASSERT_TRUE(record(*log).ok());
    sim.files().fail_syncs(true);
    EXPECT_FALSE(record(*log).ok());
    --added;  // it was never counted
    sim.files().fail_syncs(false);
    sim.crash();
    log.reset();
  }
  std::vector<std::string> whole = recorded();
  const auto broken = std::count(whole.begin(), whole.end(), "?");
  EXPECT_GT(broken, 0) << "a power cut that truncates no line proves nothing";
  std::erase(whole, "?");
  whole.erase(std::unique(whole.begin(), whole.end()), whole.end());
  EXPECT_TRUE(std::ranges::includes(whole, numbers(40)));
  EXPECT_GT(rotated().size(), 5U);
}

TEST_F(dead_letter_files, dead_letters_that_count_survive_all_disk_faults) {
  const size_t line = line_bytes();
  int power_cuts = 0, deaths = 0, errors = 0, partial = 0, doubted = 0;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    SimRandom random(seed);
    sim.files().set_faults({.open = 0.05,
                            .read = 0.05,
                            .write = 0.1,
                            .sync = 0.2,
                            .untruncated = 0.5,
                            .rename = 0.1,
                            .folder_sync = 0.1},
                           seed);
    std::set<std::string> counted;
    std::map<int64_t, std::string> waiting;  // by the file's sequence numbers
    std::unique_ptr<kinesis::DeadLetterFile> log;
    for (int turn = 0; turn < 60; ++turn) {
      try {
        if (log == nullptr) {
          auto opened = kinesis::DeadLetterFile::open(sim.env(), "file:/var/failures", {.file_bytes = 20 * line});
          if (!opened.ok()) continue;
          log = std::move(*opened);
          waiting.clear();
        }
        if (random.up_to(9) == 0) sim.files().die_in(1 + random.up_to(4));
        for (uint64_t lines = 1 + random.up_to(4); lines > 0; --lines) {
          const std::string number = std::to_string(1000 + added % 9000);
          waiting[add(*log)] = number;
        }
        clock.advance(1);
        const int64_t before = log->recorded();
        const Status status = log->flush();
        errors += status.ok() ? 0 : 1;
        partial += !status.ok() && log->recorded() > before ? 1 : 0;
        EXPECT_EQ(status.ok(), log->pending() == 0);
        for (; !waiting.empty() && waiting.begin()->first <= log->recorded(); waiting.erase(waiting.begin()))
          counted.insert(waiting.begin()->second);
      } catch (const Died&) {
        ++deaths;
        log.reset();
        random.up_to(1) == 0 ? sim.kill() : sim.crash();
      }
      const std::vector<std::string> left = durable();
      doubted += static_cast<int>(std::count(left.begin(), left.end(), "?"));
      for (const std::string& number : counted)
        ASSERT_TRUE(std::ranges::find(left, number) != left.end()) << number << " is lost; seed " << seed;
      if (random.up_to(19) == 0) {
        ++power_cuts;
        log.reset();
        sim.crash();
      }
    }
    log.reset();
    sim.kill();
    for (const std::string& path : sim.files().paths()) sim.files().remove(path);
  }
  EXPECT_GT(power_cuts, 100);
  EXPECT_GT(deaths, 100);
  EXPECT_GT(errors, 500);
  EXPECT_GT(partial, 100);
  EXPECT_GT(doubted, 100) << "if all lines are complete, nothing is proven";
}

TEST_F(dead_letter_files, dead_letters_are_kept_until_a_full_disk_has_space) {
  auto log = open();
  sim.files().set_free_bytes(10);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(record(*log).code(), Code::io);
  EXPECT_EQ(log->recorded(), 0);
  EXPECT_EQ(log->pending(), 3);
  EXPECT_EQ(sim.files().content(kPath), "");
  sim.files().set_free_bytes(std::nullopt);
  EXPECT_TRUE(log->flush().ok());
  EXPECT_EQ(log->recorded(), 3);
  EXPECT_EQ(log->pending(), 0);
  EXPECT_EQ(recorded(), numbers(3));
}

TEST_F(dead_letter_files, a_full_disk_gets_as_many_complete_dead_letters_as_fit) {
  const size_t line = line_bytes();
  auto log = open();
  sim.files().set_free_bytes(7 * line + line / 2);
  for (int i = 0; i < 10; ++i) add(*log);
  const Status status = log->flush();
  EXPECT_EQ(status.code(), Code::io);
  EXPECT_NE(status.message().find("No space left on device"), std::string::npos) << status.message();
  EXPECT_EQ(log->recorded(), 7);
  EXPECT_EQ(log->pending(), 3);
  EXPECT_EQ(log->pending_bytes(), 3 * line);
  EXPECT_EQ(durable(), numbers(7)) << "they were synced before they counted";
  EXPECT_EQ(sim.files().content(kPath)->size(), 7 * line) << "and the eighth is truncated";
  EXPECT_FALSE(log->flush().ok());
  EXPECT_EQ(log->recorded(), 7);
  sim.files().set_free_bytes(std::nullopt);
  EXPECT_TRUE(log->flush().ok());
  EXPECT_EQ(log->recorded(), 10);
  EXPECT_EQ(recorded(), numbers(10));
}

TEST_F(dead_letter_files, a_line_truncated_by_a_full_disk_damages_no_other) {
  const size_t line = line_bytes();
  auto log = open();
  sim.files().set_faults({.untruncated = 1}, 1);
  sim.files().set_free_bytes(3 * line + line / 2);
  for (int i = 0; i < 5; ++i) add(*log);
  EXPECT_FALSE(log->flush().ok());
  EXPECT_EQ(log->recorded(), 3);
  sim.files().set_free_bytes(std::nullopt);
  EXPECT_TRUE(log->flush().ok());
  EXPECT_EQ(log->recorded(), 5);
  EXPECT_EQ(recorded(), (std::vector<std::string>{"1000", "1001", "1002", "?", "1003", "1004"}));
}

TEST_F(dead_letter_files, complete_lines_on_a_full_disk_count_only_after_a_sync) {
  const size_t line = line_bytes();
  auto log = open();
  sim.files().set_free_bytes(3 * line + line / 2);
  sim.files().fail_syncs(true);
  for (int i = 0; i < 5; ++i) add(*log);
  EXPECT_FALSE(log->flush().ok());
  EXPECT_EQ(log->recorded(), 0);
  EXPECT_EQ(log->pending(), 5);
  sim.files().fail_syncs(false);
  sim.files().set_free_bytes(std::nullopt);
  EXPECT_TRUE(log->flush().ok());
  EXPECT_EQ(recorded(), numbers(5));
}

TEST_F(dead_letter_files, the_total_limit_allows_as_many_complete_lines_as_fit) {
  const size_t line = line_bytes();
  auto log = open({.total_bytes = 7 * line + line / 2});
  for (int i = 0; i < 10; ++i) add(*log);
  EXPECT_FALSE(log->flush().ok());
  EXPECT_EQ(recorded(), numbers(7));
  EXPECT_EQ(log->recorded(), 7);
  EXPECT_FALSE(log->flush().ok());
  EXPECT_EQ(recorded(), numbers(7));
}

TEST_F(dead_letter_files, no_dead_letter_is_written_while_another_process_may_have_the_lock) {
  auto log = open();
  ASSERT_TRUE(record(*log).ok());
  sim.files().remove("/var/failures.lock");
  auto other = sim.files().lock("/var/failures.lock");
  ASSERT_TRUE(other.ok());
  for (int i = 0; i < 3; ++i) {
    const Status status = record(*log);
    EXPECT_FALSE(status.ok());
    EXPECT_NE(status.message().find("on_failure file:/var/failures"), std::string::npos) << status.message();
  }
  EXPECT_EQ(recorded(), numbers(1));
  other->reset();
  EXPECT_TRUE(record(*log).ok());
  EXPECT_EQ(recorded(), numbers(5));
  EXPECT_FALSE(kinesis::DeadLetterFile::open(sim.env(), "file:/var/failures").ok()) << "it has the new lock";
}

TEST_F(dead_letter_files, dead_letters_are_logged_with_count_reason_and_file_and_not_one_by_one) {
  auto log = open();
  const auto fail = [&](const std::string& reason) {
    log->add("input", reason, {}, "key", "data");
    return log->flush();
  };
  ASSERT_TRUE(fail("record 1 is broken").ok());
  EXPECT_TRUE(
      sim.logged("dead letters written to on_failure file:/var/failures: record 1 is broken (records: 1)"));
  for (int i = 2; i < 1000; ++i) ASSERT_TRUE(fail("record " + std::to_string(i) + " is broken").ok());
  ASSERT_TRUE(fail("another reason").ok());
  EXPECT_EQ(warnings(), 1);
  EXPECT_EQ(log->next_log_ms(), clock.monotonic_ms() + 10'000);
  clock.advance(10'000);
  log->log_due();
  EXPECT_EQ(warnings(), 3);
  EXPECT_TRUE(sim.logged("record 2 is broken (records: 998)"));
  EXPECT_TRUE(sim.logged("another reason (records: 1)"));
  EXPECT_EQ(log->next_log_ms(), kNever);
  ASSERT_TRUE(fail("the last one").ok());
  log.reset();
  EXPECT_TRUE(sim.logged("the last one (records: 1)")) << "nothing is left at the end";
}

TEST_F(dead_letter_files, unwritable_dead_letters_are_logged_with_both_reasons_and_so_is_the_recovery) {
  auto log = open();
  sim.files().set_free_bytes(10);
  EXPECT_FALSE(record(*log).ok());
  EXPECT_TRUE(sim.logged("No space left on device"));
  EXPECT_TRUE(sim.logged(
      "dead letters waiting for on_failure file:/var/failures, which cannot be written: broken (records: 1)"));
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(record(*log).ok());
  EXPECT_EQ(warnings(), 1);
  EXPECT_FALSE(sim.logged("written again"));
  sim.files().set_free_bytes(std::nullopt);
  EXPECT_TRUE(record(*log).ok());
  EXPECT_TRUE(record(*log).ok());
  EXPECT_EQ(count("dead letters are written again to on_failure file:/var/failures"), 1);
}

TEST_F(dead_letter_files, dropped_dead_letters_are_logged_as_lost) {
  auto log = std::move(*kinesis::DeadLetterFile::open(sim.env(), "drop"));
  log->add("input", "broken", {}, "key", "data");
  EXPECT_TRUE(log->flush().ok());
  EXPECT_TRUE(sim.logged("dead letters discarded (on_failure drop): broken (records: 1)"));
}

TEST_F(dead_letter_files, at_the_total_limit_nothing_is_written_until_files_are_moved_away) {
  const size_t line = line_bytes();
  auto log = open({.file_bytes = 2 * line, .total_bytes = 5 * line});
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(record(*log).ok()) << i;
  const Status full = record(*log);
  EXPECT_EQ(full.code(), Code::io);
  EXPECT_TRUE(full.retryable());
  EXPECT_NE(full.message().find("failure_total_size"), std::string::npos) << full.message();
  EXPECT_NE(full.message().find("/var/failures"), std::string::npos) << full.message();
  EXPECT_EQ(log->recorded(), 5);
  EXPECT_EQ(recorded(), numbers(5));
  sim.files().remove(rotated().front());
  EXPECT_TRUE(log->flush().ok());
  EXPECT_EQ(log->recorded(), 6);
  EXPECT_EQ(recorded().back(), "1005");
}

TEST_F(dead_letter_files, a_dead_letter_file_that_was_moved_away_is_no_longer_written) {
  auto log = open();
  ASSERT_TRUE(record(*log).ok());
  ASSERT_TRUE(sim.files().rename(kPath, "/tmp/to-replay").ok());
  ASSERT_TRUE(record(*log).ok());
  EXPECT_EQ(recorded().back(), "1001");
  EXPECT_EQ(sim.files().content("/tmp/to-replay")->find("1001"), std::string::npos);
  sim.files().remove(kPath);
  ASSERT_TRUE(record(*log).ok());
  EXPECT_EQ(sim.files().content(kPath)->find("1001"), std::string::npos);
  EXPECT_NE(sim.files().content(kPath)->find("1002"), std::string::npos);
}

TEST_F(dead_letter_files, a_dead_letter_file_that_cannot_be_renamed_grows_and_that_is_logged) {
  auto log = open({.file_bytes = 1});
  sim.files().fail_renames(true);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(record(*log).ok());
  EXPECT_TRUE(rotated().empty());
  EXPECT_EQ(recorded(), numbers(3));
  EXPECT_TRUE(sim.logged("cannot rotate on_failure file:/var/failures, retrying"));
}

TEST_F(dead_letter_files, a_dead_letter_path_has_one_writer_even_while_its_file_is_moved_away) {
  auto log = open();
  const auto second = kinesis::DeadLetterFile::open(sim.env(), "file:/var/failures");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), Code::config);
  EXPECT_NE(second.status().message().find("/var/failures"), std::string::npos);
  ASSERT_TRUE(sim.files().rename(kPath, "/tmp/to-replay").ok());
  EXPECT_FALSE(kinesis::DeadLetterFile::open(sim.env(), "file:/var/failures").ok());
  log.reset();
  EXPECT_TRUE(kinesis::DeadLetterFile::open(sim.env(), "file:/var/failures").ok());
}

}  // namespace
}  // namespace penstock::sim
