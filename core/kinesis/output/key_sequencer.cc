#include "core/kinesis/output/key_sequencer.h"

#include <cassert>
#include <unordered_set>
#include <utility>
#include <vector>

namespace penstock::kinesis {

bool KeySequencer::enqueue(WriterRecord& record) {
  const auto found = keys_.find(record.partition_key);
  if (found == keys_.end()) {
    keys_.try_emplace(std::string(record.partition_key)).first->second.in_flight = 1;
    return true;
  }
  Key& key = found->second;
  (key.first == nullptr ? key.first : key.last->next) = &record;
  key.last = &record;
  ++waiting_;
  return false;
}

WriterRecord* KeySequencer::first_waiting(std::string_view key) const {
  const auto found = keys_.find(key);
  return found == keys_.end() ? nullptr : found->second.first;
}

bool KeySequencer::held_back(std::string_view key) const {
  const auto found = keys_.find(key);
  return found != keys_.end() && found->second.held_back;
}

void KeySequencer::admit(WriterRecord& first_waiting) {
  take_first(keys_.find(first_waiting.partition_key)->second);
}

WriterRecord* KeySequencer::separate(WriterRecord* first, WriterRecord* rest) {
  std::unordered_set<std::string_view> keys_of_first;
  for (const WriterRecord* record = first; record != nullptr; record = record->next)
    keys_of_first.insert(record->partition_key);
  std::vector<WriterRecord*> waiting;
  WriterRecord* others = nullptr;
  WriterRecord** end_of_others = &others;
  for (WriterRecord* record = rest; record != nullptr; record = std::exchange(record->next, nullptr)) {
    if (keys_of_first.contains(record->partition_key)) {
      waiting.push_back(record);
    } else {
      *end_of_others = record;
      end_of_others = &record->next;
    }
  }
  for (; !waiting.empty(); waiting.pop_back()) {
    WriterRecord* const record = waiting.back();
    Key& key = keys_.find(record->partition_key)->second;
    if (key.first == nullptr) key.last = record;
    record->next = std::exchange(key.first, record);
    record->in_flight = false;
    --key.in_flight;
    ++waiting_;
  }
  return others;
}

WriterRecord* KeySequencer::done(const WriterRecord& record) {
  const auto found = keys_.find(record.partition_key);
  assert(found != keys_.end());
  Key& key = found->second;
  if (--key.in_flight > 0) return nullptr;
  key.held_back = false;
  WriterRecord* const first = key.first;
  if (first == nullptr)
    keys_.erase(found);
  else
    take_first(key);
  return first;
}

void KeySequencer::take_first(Key& key) {
  key.first = std::exchange(key.first->next, nullptr);
  ++key.in_flight;
  --waiting_;
}

void KeySequencer::clear() {
  keys_.clear();
  waiting_ = 0;
}

}  // namespace penstock::kinesis
