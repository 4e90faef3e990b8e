#include "core/kinesis/put_records_fast_path.h"

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
  // Takes one or more characters of that kind and the closing quote. Returns the characters; "" if they do not
  // come next.
  template <typename Kind>
  std::string_view take_text(const Kind& kind) {
    size_t size = 0;
    while (size < left_.size() && kind(left_[size])) ++size;
    if (size == left_.size() || left_[size] != '"') return {};
    const std::string_view text = left_.substr(0, size);
    left_.remove_prefix(size + 1);
    return text;
  }
  bool at_end() const { return left_.empty(); }

 private:
  std::string_view left_;
};

bool take_records(Cursor& cursor, std::vector<std::string_view>& shard_ids) {
  for (std::string_view& shard_id : shard_ids) {
    if (&shard_id != shard_ids.data() && !cursor.take(",")) return false;
    if (!cursor.take(R"({"SequenceNumber":")") || cursor.take_text(is_digit).empty()) return false;
    if (!cursor.take(R"(,"ShardId":")") || (shard_id = cursor.take_text(is_plain)).empty()) return false;
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
    if (cursor.take(R"("EncryptionType":")") && !cursor.take_text(is_plain).empty()) continue;
    if (records || !cursor.take(R"("Records":[)") || !take_records(cursor, shard_ids)) return std::nullopt;
    records = true;
  }
  if (!records || !cursor.take("}") || !cursor.at_end()) return std::nullopt;
  return shard_ids;
}

}  // namespace penstock::kinesis
