#include "plugin/position_age.h"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include "core/base/backoff.h"
#include "core/kinesis/read_api.h"

namespace penstock {

namespace {

constexpr size_t kMostAtATime = 32;
constexpr int kMostTries = 4;
constexpr Backoff kBackoff{300, 2000};
constexpr size_t kIteratorAnswerBytes = 64 << 10;
// One record of 10 MiB, the most that a stream can be raised to, in base64.
// https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
constexpr size_t kRecordAnswerBytes = 14 << 20;

class Ask {
 public:
  Ask(Env& env, const PositionQuestion& question) : env_(env), question_(question) {}
  Ask(const Ask&) = delete;
  Ask& operator=(const Ask&) = delete;

  const PositionQuestion& question() const { return question_; }
  bool done() const { return done_; }
  // When to call advance(), or to look whether it is done.
  int64_t next_ms() const { return done_ ? 0 : calling_ ? kNever : next_ms_; }
  void advance() {
    if (done_ || calling_ || env_.clock.monotonic_ms() < next_ms_) return;
    calling_ = true;
    get_iterator();
  }
  void give_up(const Status& status) {
    done_ = true;
    age_.status = status;
  }
  const PositionAge& age() const { return age_; }

 private:
  void get_iterator() {
    const IteratorStart start = {IteratorStart::Kind::at_sequence_number, 0, question_.sequence_number};
    question_.stream.client->call(
        "GetShardIterator", get_shard_iterator_body(question_.stream.name.text, question_.shard_id, start),
        kIteratorAnswerBytes, [this](Result<ServiceAnswer> answer) {
          if (!answer.ok()) return failed(answer.status());
          const Result<std::string> iterator = read_get_shard_iterator(std::move(answer->body));
          if (!iterator.ok()) return failed(iterator.status());
          get_record(*iterator);
        });
  }

  void get_record(const std::string& iterator) {
    question_.stream.client->call("GetRecords", get_records_body(question_.stream.name.text, iterator, 1),
                                  kRecordAnswerBytes, [this](Result<ServiceAnswer> answer) {
                                    if (!answer.ok()) return failed(answer.status());
                                    const int64_t date_ms = answer->date_ms;
                                    Result<GetRecordsAnswer> records = read_get_records(std::move(answer->body));
                                    if (!records.ok()) return failed(records.status());
                                    answered(*records, date_ms != 0 ? date_ms : env_.clock.wall_ms());
                                  });
  }

  void answered(const GetRecordsAnswer& answer, int64_t now_ms) {
    done_ = true;
    age_.lag_ms = answer.behind_latest_ms;
    if (answer.records.empty()) return;
    const SourceRecord& record = answer.records.front();
    const int64_t age_ms = std::max<int64_t>(0, now_ms - record.arrival_time_ms);
    if (record.sequence_number == question_.sequence_number) {
      age_.age_ms = age_ms;
      return;
    }
    age_.next_kept = record.sequence_number;
    age_.next_kept_age_ms = age_ms;
  }

  void failed(const Status& status) {
    calling_ = false;
    if (!status.retryable() || ++failures_ == kMostTries) return give_up(status);
    next_ms_ = env_.clock.monotonic_ms() + kBackoff.delay_ms(failures_, env_.random);
  }

  Env& env_;
  const PositionQuestion& question_;
  bool calling_ = false;
  bool done_ = false;
  int failures_ = 0;
  int64_t next_ms_ = 0;
  PositionAge age_;
};

}  // namespace

std::vector<PositionAge> ask_ages(Env& env, const std::vector<PositionQuestion>& questions) {
  std::deque<Ask> asks;
  for (const PositionQuestion& question : questions) asks.emplace_back(env, question);
  std::map<const ServiceClient*, Status> unreachable;
  std::vector<PositionAge> ages;
  while (ages.size() < asks.size()) {
    int64_t next_ms = kNever;
    size_t open = 0;
    for (size_t i = ages.size(); i < asks.size() && open < kMostAtATime; ++i) {
      Ask& ask = asks[i];
      if (ask.done()) continue;
      ++open;
      const auto why = unreachable.find(ask.question().stream.client);
      if (why == unreachable.end())
        ask.advance();
      else if (ask.next_ms() != kNever)  // no call is under way
        ask.give_up(why->second);
      next_ms = std::min(next_ms, ask.next_ms());
    }
    if (open > 0) env.transport.drive(next_ms);
    for (const Ask& ask : asks)
      if (ask.done() && ask.age().status.code() == Code::transient)
        unreachable.try_emplace(ask.question().stream.client, ask.age().status);
    while (ages.size() < asks.size() && asks[ages.size()].done()) ages.push_back(asks[ages.size()].age());
  }
  return ages;
}

}  // namespace penstock
