// Splitting aggregated records: the input as it is, and again with an MD5 that matches the message.
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/kinesis/kpl_record.h"
#include "tests/fuzz/check.h"
#include "tests/kpl_bytes.h"

namespace penstock {
namespace {

bool is_inside(std::string_view part, std::string_view text) {
  const std::less_equal<const char*> in_order;
  return in_order(text.data(), part.data()) && in_order(part.data() + part.size(), text.data() + text.size());
}

// Returns each user record with its own tables, so that two results can be compared as text.
std::string rewritten(std::string_view record) {
  kinesis::KplRecord reader;
  check(reader.open(record), "a record can be opened again", record);
  std::string message;
  size_t keys = 0;
  size_t hash_keys = 0;
  size_t count = 0;
  for (kinesis::KplUserRecord one; reader.next(one); ++count) {
    check(is_inside(one.partition_key, record) && is_inside(one.data, record),
          "a user record is inside the record", record);
    message += kpl_bytes::partition_key(one.partition_key);
    std::string more;
    if (one.explicit_hash_key) {
      check(is_inside(*one.explicit_hash_key, record), "an explicit hash key is inside the record", record);
      message += kpl_bytes::explicit_hash_key(*one.explicit_hash_key);
      more = kpl_bytes::number_field(2, hash_keys++);
    }
    message += kpl_bytes::user_record(keys++, one.data, more);
    kinesis::effective_hash_key(one);
  }
  check(count == reader.size() && count > 0, "the number of user records is as reported, and at least one",
        record);
  return kpl_bytes::sealed(message);
}

void check_record(std::string_view record) {
  kinesis::KplRecord reader;
  if (!reader.open(record)) {
    kinesis::KplUserRecord none;
    check(reader.size() == 0 && !reader.next(none), "a plain record has no user records", record);
    return;
  }
  const std::string again = rewritten(record);
  check(rewritten(again) == again, "rewriting twice gives the same", record);
}

}  // namespace
}  // namespace penstock

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  penstock::check_record(text);
  penstock::check_record(penstock::kpl_bytes::sealed(text));
  return 0;
}
