#include "plugin/position_age.h"

#include <algorithm>
#include <map>
#include <memory>
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

// Lives as long as its calls.
class Ask : public std::enable_shared_from_this<Ask> {
 public:
  Ask(Env& env, PositionQuestion question) : env_(env), question_(std::move(question)) {}
  Ask(const Ask&) = delete;
  Ask& operator=(const Ask&) = delete;

  const PositionQuestion& question() const { return question_; }
  bool done() const { return done_; }
  int answers() const { return answers_; }  // calls that succeeded
  // When to call advance(), or to look whether it is done.
  int64_t next_ms() const { return done_ ? 0 : calling_ ? kNever : next_ms_; }
  void advance() {
    if (done_ || calling_ || env_.clock.monotonic_ms() < next_ms_) return;
    calling_ = true;
    get_iterator();
  }
  // What the calls that are under way tell is lost.
  void give_up(const Status& status) {
    done_ = true;
    age_.status = status;
  }
  const PositionAge& age() const { return age_; }

 private:
  void get_iterator() {
    const IteratorStart start = {IteratorStart::Kind::at_sequence_number, 0, question_.sequence_number};
    call("GetShardIterator", get_shard_iterator_body(question_.stream.name.text, question_.shard_id, start),
         kIteratorAnswerBytes, [this](ServiceAnswer answer) {
           const Result<std::string> iterator = read_get_shard_iterator(std::move(answer.body));
           if (!iterator.ok()) return failed(iterator.status());
           get_record(*iterator);
         });
  }

  void get_record(const std::string& iterator) {
    call("GetRecords", get_records_body(question_.stream.name.text, iterator, 1), kRecordAnswerBytes,
         [this](ServiceAnswer answer) {
           const Result<GetRecordsAnswer> records = read_get_records(std::move(answer.body));
           if (!records.ok()) return failed(records.status());
           answered(*records, answer.date_ms != 0 ? answer.date_ms : env_.clock.wall_ms());
         });
  }

  template <typename Answered>
  void call(const char* operation, std::string body, size_t max_answer_bytes, Answered answered) {
    question_.stream.client->call(operation, std::move(body), max_answer_bytes,
                                  [self = shared_from_this(), answered](Result<ServiceAnswer> answer) {
                                    if (self->done_) return;
                                    if (!answer.ok()) return self->failed(answer.status());
                                    ++self->answers_;
                                    answered(std::move(*answer));
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
  PositionQuestion question_;
  bool calling_ = false;
  bool done_ = false;
  int answers_ = 0;
  int failures_ = 0;
  int64_t next_ms_ = 0;
  PositionAge age_;
};

}  // namespace

std::vector<PositionAge> ask_ages(Patience& patience, const std::vector<PositionQuestion>& questions) {
  Env& env = patience.env();
  std::vector<std::shared_ptr<Ask>> asks;
  for (const PositionQuestion& question : questions) asks.push_back(std::make_shared<Ask>(env, question));
  std::map<const ServiceClient*, Status> unreachable;
  std::vector<PositionAge> ages;
  int answers_before = 0;
  while (ages.size() < asks.size()) {
    int64_t next_ms = patience.end_ms();
    size_t open = 0;
    for (size_t i = ages.size(); i < asks.size() && open < kMostAtATime; ++i) {
      Ask& ask = *asks[i];
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
    int answers = 0;
    for (const auto& ask : asks) answers += ask->answers();
    if (std::exchange(answers_before, answers) != answers) patience.renew();
    const bool is_over = patience.is_over();
    for (const auto& ask : asks) {
      if (!ask->done() && is_over) ask->give_up(Patience::given_up());
      if (ask->done() && ask->age().status.code() == Code::transient)
        unreachable.try_emplace(ask->question().stream.client, ask->age().status);
    }
    while (ages.size() < asks.size() && asks[ages.size()]->done()) ages.push_back(asks[ages.size()]->age());
  }
  return ages;
}

}  // namespace penstock
