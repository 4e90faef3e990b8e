#include "core/kinesis/put_records_fast_path.h"

#include "base/block.h"
#include "base/text.h"

namespace penstock::kinesis {

namespace {

// Characters of shard ids and encryption types; JSON never escapes them.
bool is_plain(char c) { return is_alphanumeric(c) || c == '-'; }

class Cursor {
 public:
  explicit Cursor(std::string_view text) : left_(text) {}

  bool take(std::string_view literal) {
    if (!left_.starts_with(literal)) return false;
    left_.remove_prefix(literal.size());
    return true;
  }
  // Takes one or more plain characters and the closing quote. Returns the characters; "" if they do not come next.
  std::string_view take_text() {
    size_t size = 0;
    while (size < left_.size() && is_plain(left_[size])) ++size;
    return take_quoted(size);
  }
  // Takes this text, which take_text() has returned before, or else another one.
  std::string_view take_text_like(std::string_view text) {
    if (!text.empty() && left_.starts_with(text) && left_.size() > text.size() && left_[text.size()] == '"')
      return take_quoted(text.size());
    return take_text();
  }
  // Takes one or more digits and the closing quote.
  bool take_digits() {
    size_t size = 0;
    for (; size + kBlockBytes <= left_.size(); size += kBlockBytes) {
      const uint32_t others = bits_of(load_block(left_.data() + size) - block_of('0') > block_of(9));
      if (others == 0) continue;
      size += first_of(others);
      break;
    }
    while (size < left_.size() && is_digit(left_[size])) ++size;
    return !take_quoted(size).empty();
  }
  bool at_end() const { return left_.empty(); }

 private:
  std::string_view take_quoted(size_t size) {
    if (size == left_.size() || left_[size] != '"') return {};
    const std::string_view text = left_.substr(0, size);
    left_.remove_prefix(size + 1);
    return text;
  }

  std::string_view left_;
};

bool take_records(Cursor& cursor, std::vector<std::string_view>& shard_ids) {
  std::string_view last;
  for (std::string_view& shard_id : shard_ids) {
    if (&shard_id != shard_ids.data() && !cursor.take(",")) return false;
    if (!cursor.take(R"({"SequenceNumber":")") || !cursor.take_digits()) return false;
    if (!cursor.take(R"(,"ShardId":")") || (shard_id = cursor.take_text_like(last)).empty()) return false;
    last = shard_id;
    if (!cursor.take("}")) return false;
  }
  return cursor.take("]");
}

}  // namespace

std::optional<std::vector<std::string_view>> parse_all_succeeded(std::string_view response, size_t sent_records) {
  std::vector<std::string_view> shard_ids(sent_records);
  Cursor cursor(response);
  bool records = false;
  for (std::string_view before = "{"; cursor.take(before); before = ",") {
    if (cursor.take(R"("FailedRecordCount":0)")) continue;
    if (cursor.take(R"("EncryptionType":")") && !cursor.take_text().empty()) continue;
    if (records || !cursor.take(R"("Records":[)") || !take_records(cursor, shard_ids)) return std::nullopt;
    records = true;
  }
  if (!records || !cursor.take("}") || !cursor.at_end()) return std::nullopt;
  return shard_ids;
}

}  // namespace penstock::kinesis
