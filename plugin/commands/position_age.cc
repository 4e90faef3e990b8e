#include "plugin/commands/position_age.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <utility>

#include "core/kinesis/read_api.h"

namespace penstock::plugin {

namespace {

constexpr size_t kMaxConcurrentCalls = 32;  // per client
constexpr size_t kIteratorResponseBytes = 64 << 10;
// One record of 10 MiB in base64, the largest size that a stream can be configured for.
// https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
constexpr size_t kRecordResponseBytes = 14 << 20;

// A question in progress. Lives as long as its calls.
class Ask : public std::enable_shared_from_this<Ask> {
 public:
  Ask(Env& env, PositionQuestion question) : env_(env), question_(std::move(question)) {}
  Ask(const Ask&) = delete;
  Ask& operator=(const Ask&) = delete;

  const aws::ServiceClient* client() const { return question_.stream.client; }
  bool done() const { return done_; }
  bool is_calling() const { return calling_; }
  int64_t next_ms() const { return next_ms_; }  // when start() may be called, if neither done() nor is_calling()
  void start() {
    calling_ = true;
    get_iterator();
  }
  // Returns whether it made progress since the last call. A second iterator is not progress: each attempt needs
  // one.
  bool take_progress() { return std::exchange(progressed_, false); }
  // Outcomes of calls in flight are ignored.
  void give_up() { finish(Patience::given_up(age_.status)); }
  // Until done(), its status is that of the last failure.
  const PositionAge& age() const { return age_; }

 private:
  void get_iterator() {
    const kinesis::IteratorStart start = {kinesis::IteratorStart::Kind::at_sequence_number, 0,
                                          question_.sequence_number};
    call("GetShardIterator",
         kinesis::get_shard_iterator_body(question_.stream.name.text, question_.shard_id, start),
         kIteratorResponseBytes, [this](aws::ServiceResponse response) {
           const Result<std::string> iterator = kinesis::read_get_shard_iterator(std::move(response.body));
           if (!iterator.ok()) return failed(iterator.status());
           if (!std::exchange(had_iterator_, true)) progressed_ = true;
           get_record(*iterator);
         });
  }

  void get_record(const std::string& iterator) {
    call("GetRecords", kinesis::get_records_body(question_.stream.name.text, iterator, 1), kRecordResponseBytes,
         [this](aws::ServiceResponse response) {
           const Result<kinesis::GetRecordsResponse> records = kinesis::read_get_records(std::move(response.body));
           if (!records.ok()) return failed(records.status());
           answered(*records, response.date_ms != 0 ? response.date_ms : env_.clock.wall_ms());
         });
  }

  template <typename Answered>
  void call(const char* operation, std::string body, size_t max_response_bytes, Answered answered) {
    question_.stream.client->call(operation, std::move(body), max_response_bytes,
                                  [self = shared_from_this(), answered](Result<aws::ServiceResponse> response) {
                                    if (self->done_) return;
                                    if (!response.ok()) return self->failed(response.status());
                                    answered(std::move(*response));
                                  });
  }

  void answered(const kinesis::GetRecordsResponse& response, int64_t now_ms) {
    progressed_ = true;
    finish({});
    age_.lag_ms = response.behind_latest_ms;
    if (response.records.empty()) return;
    const kinesis::SourceRecord& record = response.records.front();
    const int64_t age_ms = std::max<int64_t>(0, now_ms - record.arrival_time_ms);
    if (record.sequence_number == question_.sequence_number) {
      age_.age_ms = age_ms;
      return;
    }
    age_.next_kept = record.sequence_number;
    age_.next_kept_age_ms = age_ms;
  }

  void failed(const Status& status) {
    if (!Patience::is_worth_another_try(status, ++failures_)) return finish(status);
    calling_ = false;
    age_.status = status;
    next_ms_ = env_.clock.monotonic_ms() + Patience::kBackoff.delay_ms(failures_, env_.random);
  }

  void finish(const Status& status) {
    calling_ = false;
    done_ = true;
    age_.status = status;
  }

  Env& env_;
  PositionQuestion question_;
  bool calling_ = false;
  bool done_ = false;
  bool had_iterator_ = false;
  bool progressed_ = false;
  int failures_ = 0;
  int64_t next_ms_ = 0;
  PositionAge age_;
};

// The questions for one client: those that wait for a call, ordered by time, and those with a call in flight. A
// question that waits for a retry does not delay others.
class Lane {
 public:
  void add(Ask& ask) { waiting_.insert({ask.next_ms(), order_++, &ask}); }
  // Starts what is due, and processes the outcomes of calls. Returns whether there was progress.
  bool advance(int64_t now_ms) {
    bool progressed = collect();
    while (next_ms() <= now_ms) {
      Ask& ask = *std::get<Ask*>(*waiting_.begin());
      waiting_.erase(waiting_.begin());
      calling_.push_back(&ask);
      ask.start();
    }
    progressed |= collect();  // a call that could not start already has its outcome
    return progressed;
  }
  bool done() const { return waiting_.empty() && calling_.empty(); }
  // Returns when there is something to start, unless a call ends before that.
  int64_t next_ms() const {
    return waiting_.empty() || calling_.size() >= kMaxConcurrentCalls ? kNever
                                                                      : std::get<int64_t>(*waiting_.begin());
  }

 private:
  bool collect() {
    bool progressed = false;
    for (Ask* ask : calling_) {
      progressed |= ask->take_progress();
      if (!ask->done() && !ask->is_calling()) add(*ask);
    }
    std::erase_if(calling_, [](const Ask* ask) { return !ask->is_calling(); });
    return progressed;
  }

  std::set<std::tuple<int64_t, size_t, Ask*>> waiting_;  // time, order of arrival, question
  size_t order_ = 0;
  std::vector<Ask*> calling_;
};

}  // namespace

std::vector<PositionAge> ask_ages(Patience& patience, const std::vector<PositionQuestion>& questions) {
  Env& env = patience.env();
  std::vector<std::shared_ptr<Ask>> asks;
  std::map<const aws::ServiceClient*, Lane> lanes;
  for (const PositionQuestion& question : questions) {
    Ask& ask = *asks.emplace_back(std::make_shared<Ask>(env, question));
    lanes[ask.client()].add(ask);
  }
  while (!patience.is_over()) {
    int64_t next_ms = patience.end_ms();
    for (auto& [client, lane] : lanes) {
      if (lane.advance(env.clock.monotonic_ms())) patience.renew();
      next_ms = std::min(next_ms, lane.next_ms());
    }
    std::erase_if(lanes, [](const auto& entry) { return entry.second.done(); });
    if (lanes.empty()) break;
    env.transport.drive(next_ms);
  }
  std::vector<PositionAge> ages;
  for (const auto& ask : asks) {
    if (!ask->done()) ask->give_up();
    ages.push_back(ask->age());
  }
  return ages;
}

}  // namespace penstock::plugin
