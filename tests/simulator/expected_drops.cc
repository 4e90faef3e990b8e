#include "tests/simulator/expected_drops.h"

#include <algorithm>
#include <charconv>

namespace penstock::simulator {

namespace {

// Returns the number after that text, or -1 if not found.
int64_t number_after(std::string_view text, std::string_view before) {
  const size_t at = text.find(before);
  int64_t number = -1;
  if (at != std::string_view::npos)
    std::from_chars(text.data() + at + before.size(), text.data() + text.size(), number);
  return number;
}

}  // namespace

ExpectedDrops::ExpectedDrops(const Plan& plan, const sim::SimClock& clock, Ledger& ledger)
    : plan_(plan), clock_(clock), ledger_(ledger), began_ms_(clock.unix_ms()) {
  for (const Event& event : plan.chaos_events) max_ahead_ms_ = std::max(max_ahead_ms_, event.by_ms);
}

std::string ExpectedDrops::rejected(const std::string& process, const std::vector<ItemNumber>& items) {
  if (items.empty()) return {};
  Rejected& last = last_rejected_[process];
  if (last.first != items.front()) last = {items.front(), 0};
  ++last.times;
  for (const ItemNumber number : items) ++ledger_.item(number).rejections;
  if (!plan_.input_retry_limit || last.times <= *plan_.input_retry_limit + 1) return {};
  return process + " offers " + ledger_.describe(items.front()) + " for the " + std::to_string(last.times) +
         "th time; record_retry_limit is " + std::to_string(*plan_.input_retry_limit);
}

void ExpectedDrops::reads_again(const std::string& process, const std::string& shard_name) {
  const auto last = last_rejected_.find(process);
  if (last != last_rejected_.end() && ledger_.item(last->second.first).shard == shard_name)
    last_rejected_.erase(last);
}

void ExpectedDrops::receives_again(const std::string& process, const RecordPlace& record) {
  const auto last = last_rejected_.find(process);
  if (last == last_rejected_.end()) return;
  const Item& item = ledger_.item(last->second.first);
  if (RecordPlace{item.shard, item.record} == record) last_rejected_.erase(last);
}

std::string ExpectedDrops::offered(int64_t age_ms) const {
  if (!plan_.input_max_age_ms || age_ms <= *plan_.input_max_age_ms) return {};
  return "emits a record that arrived " + std::to_string(age_ms) + " ms ago; max_record_age is " +
         std::to_string(*plan_.input_max_age_ms);
}

bool ExpectedDrops::too_old(const Item& item) const {
  return plan_.input_max_age_ms && clock_.unix_ms() - item.put_ms + max_ahead_ms_ > *plan_.input_max_age_ms;
}

bool ExpectedDrops::was_too_old_by_another_clock(const Item& item) const {
  if (!plan_.input_max_age_ms) return false;
  return std::any_of(plan_.chaos_events.begin(), plan_.chaos_events.end(), [&](const Event& event) {
    const int64_t now_ms = clock_.unix_ms();
    const int64_t from_ms = began_ms_ + event.at_ms;
    const int64_t last_ms = std::min(from_ms + event.for_ms, now_ms);
    if (event.kind != Event::Kind::skew_clock || from_ms > now_ms || item.put_ms > last_ms) return false;
    const int64_t oldest_ms = event.by_ms > 0 ? last_ms + event.by_ms : now_ms;
    return oldest_ms - item.put_ms > *plan_.input_max_age_ms;
  });
}

bool ExpectedDrops::rejected_too_often(const Item& item) const {
  return plan_.input_retry_limit && item.rejections > *plan_.input_retry_limit;
}

bool ExpectedDrops::may_be_on_its_way(const Item& item) const { return too_old(item) || rejected_too_often(item); }

bool ExpectedDrops::explains(const Item& item, std::string_view stage, std::string_view reason) const {
  const bool by_retries = reason.find("record_retry_limit") != std::string_view::npos;
  if (stage == "input") {
    if (by_retries) return rejected_too_often(item) && number_after(reason, "rejections ") <= item.rejections;
    return too_old(item) && number_after(reason, " ms, age ") > *plan_.input_max_age_ms;
  }
  if (by_retries)
    return plan_.output_retry_limit && number_after(reason, "is reached after ") > *plan_.output_retry_limit;
  return plan_.output_max_age_ms && reason.find("max_record_age") != std::string_view::npos &&
         clock_.unix_ms() - item.emitted_ms >= *plan_.output_max_age_ms;
}

}  // namespace penstock::simulator
