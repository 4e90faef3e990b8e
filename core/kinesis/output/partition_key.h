// Which partition key each record is sent under.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "abi/penstock.h"
#include "core/env.h"
#include "core/kinesis/output/json_field.h"

namespace penstock::kinesis {

class PartitionKeys {
 public:
  // form is "log_stream" (the log stream; else the record's id; else the source record's key; else random),
  // "random", "source" (the source record's key), "field:PATH" (a member of the record's JSON, see JsonField) or
  // "text:TEXT". missing says what is done where source or field find none: "log_stream", "random", or
  // "on_failure": the record is not sent. Code::config for anything else.
  static Result<PartitionKeys> make(std::string_view form, std::string_view missing);

  // The key of each of the batch's records: the one that the record itself wants, else as form says. All are as
  // the service takes them: one that it would not take is replaced by its SHA-256 in hex. "" where there is none
  // and the record is not to be sent. The views lie in batch or in here, until the next call; neighbours that
  // share a key have one and the same view.
  std::span<const std::string_view> choose(const penstock_batch& batch, Random& random);

  // Why a record has no key.
  std::string why_none() const;

 private:
  enum class Form { log_stream, random, source, field, text };
  enum class Missing { log_stream, random, on_failure };
  static constexpr size_t kElsewhere = SIZE_MAX;

  // A key that lies in made_ from there on, or elsewhere.
  struct Choice {
    std::string_view elsewhere;
    size_t made_at = kElsewhere;
    size_t made_size = 0;
  };

  Choice choose_one(const penstock_batch& batch, const penstock_record& record, Random& random);
  Choice from_log_stream(const penstock_batch& batch, const penstock_record& record, Random& random);
  Choice made_from(size_t start) const { return {{}, start, made_.size() - start}; }
  Choice make_random(Random& random);
  Choice made_fit(Choice choice);

  Form form_ = Form::log_stream;
  Missing missing_ = Missing::log_stream;
  std::string text_;                // of text, or the path of field
  std::optional<JsonField> field_;  // where form_ is field
  std::string made_;                // keys that were made for the last batch
  std::vector<Choice> choices_;
  std::vector<std::string_view> keys_;
};

}  // namespace penstock::kinesis
