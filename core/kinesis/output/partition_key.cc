#include "core/kinesis/output/partition_key.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "base/bytes.h"
#include "base/crypto.h"
#include "base/records.h"
#include "base/text.h"
#include "core/kinesis/put_records.h"

namespace penstock::kinesis {

namespace {

// Characters of a random key. Their 32 bits spread records evenly over any number of shards, and each byte counts
// towards the rate of a shard.
constexpr size_t kRandomKeyBytes = 8;

}  // namespace

Result<PartitionKeys> PartitionKeys::make(std::string_view form, std::string_view missing) {
  PartitionKeys keys;
  const std::string_view after_colon = form.substr(form.find(':') + 1);
  if (form == "log_stream") {
    keys.form_ = Form::log_stream;
  } else if (form == "random") {
    keys.form_ = Form::random;
  } else if (form == "source") {
    keys.form_ = Form::source;
  } else if (form.starts_with("field:")) {
    keys.form_ = Form::field;
    keys.text_ = after_colon;
    keys.field_.emplace(keys.text_);
  } else if (form.starts_with("text:")) {
    keys.form_ = Form::text;
    keys.text_ = after_colon;
  } else {
    return Status(Code::config, "PS0401",
                  "invalid partition_key '" + printable(form) +
                      "': expected log_stream, random, source, field:PATH or text:TEXT");
  }
  const std::string dotted = "." + keys.text_ + ".";
  if (keys.form_ == Form::field && dotted.find("..") != std::string::npos)
    return Status(Code::config, "PS0401",
                  "invalid partition_key '" + printable(form) +
                      "': each name of the path needs at least one character, such as in field:lambda.requestId");
  if (keys.form_ == Form::text && keys.text_.empty())
    return Status(Code::config, "PS0401", "invalid partition_key 'text:': the text needs at least one character");
  if (missing == "log_stream")
    keys.missing_ = Missing::log_stream;
  else if (missing == "random")
    keys.missing_ = Missing::random;
  else if (missing == "on_failure")
    keys.missing_ = Missing::on_failure;
  else
    return Status(
        Code::config, "PS0404",
        "invalid partition_key_missing '" + printable(missing) + "': expected log_stream, random or on_failure");
  return keys;
}

std::span<const std::string_view> PartitionKeys::choose(const penstock_batch& batch, Random& random) {
  made_.clear();
  choices_.clear();
  std::string_view last;  // previous key, before made_fit()
  for (uint64_t i = 0; i < batch.record_count; ++i) {
    const Choice choice = choose_one(batch, record_at(batch, i), random);
    const std::string_view key = choice.elsewhere;
    const bool shared = !key.empty() && key.data() == last.data() && key.size() == last.size();
    choices_.push_back(shared ? choices_.back() : choice.fits ? choice : made_fit(choice));
    last = key;
  }
  keys_.clear();
  for (const Choice& choice : choices_)
    keys_.push_back(choice.made_at == kElsewhere
                        ? choice.elsewhere
                        : std::string_view(made_).substr(choice.made_at, choice.made_size));
  return keys_;
}

PartitionKeys::Choice PartitionKeys::choose_one(const penstock_batch& batch, const penstock_record& record,
                                                Random& random) {
  if (record.key.size > 0) return {view(record.key)};
  switch (form_) {
    case Form::log_stream:
      return from_log_stream(batch, record, random);
    case Form::random:
      return make_random(random);
    case Form::text:
      return {text_};
    case Form::source:
      if (batch.partition_key.size > 0) return {view(batch.partition_key)};
      break;
    case Form::field:
      const size_t start = made_.size();
      if (field_->append(made_, view(record.body))) return made_from(start);
      break;
  }
  switch (missing_) {
    case Missing::log_stream:
      return from_log_stream(batch, record, random);
    case Missing::random:
      return make_random(random);
    case Missing::on_failure:
      break;
  }
  return {};
}

PartitionKeys::Choice PartitionKeys::from_log_stream(const penstock_batch& batch, const penstock_record& record,
                                                     Random& random) {
  for (const penstock_bytes& key : {batch.log_stream, record.id, batch.partition_key})
    if (key.size > 0) return {view(key)};
  return make_random(random);
}

PartitionKeys::Choice PartitionKeys::make_random(Random& random) {
  const size_t start = made_.size();
  // The low half of each byte becomes a letter from a to p, in all bytes at once.
  const uint64_t letters = (random.next() & 0x0f0f0f0f0f0f0f0f) + uint64_t{0x0101010101010101} * 'a';
  std::array<char, kRandomKeyBytes> key;
  std::memcpy(key.data(), &letters, key.size());
  made_.append(key.data(), key.size());
  return {.made_at = start, .made_size = key.size(), .fits = true};
}

// Returns the key itself if the service accepts it, or else its hash.
PartitionKeys::Choice PartitionKeys::made_fit(Choice choice) {
  const bool made = choice.made_at != kElsewhere;
  const std::string_view key = made ? std::string_view(made_).substr(choice.made_at) : choice.elsewhere;
  if (key.empty() || is_partition_key(key)) return choice;
  const std::string hash = hex(sha256(key));
  if (made) made_.resize(choice.made_at);
  const size_t start = made_.size();
  made_ += hash;
  return made_from(start);
}

std::string PartitionKeys::why_none() const {
  return form_ == Form::field
             ? "no partition key: the record has no string or number at the member " + printable(text_) +
                   " (partition_key field:" + printable(text_) + ", partition_key_missing on_failure)"
             : "no partition key: the source record has none (partition_key source, "
               "partition_key_missing on_failure)";
}

}  // namespace penstock::kinesis
