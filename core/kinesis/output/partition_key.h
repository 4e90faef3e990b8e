// Chooses the partition key of each record.
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
  // Creates the chooser. form is "log_stream" (the log stream; else the record's id; else the source record's key;
  // else random), "random", "source" (the source record's key), "field:PATH" (a member of the record's JSON, see
  // JsonField) or "text:TEXT". missing is used if source or field finds no key: "log_stream", "random", or
  // "on_failure" (the record becomes a dead letter). Returns Code::config for anything else.
  static Result<PartitionKeys> make(std::string_view form, std::string_view missing);

  // Returns the key of each record of the batch: the record's own key if it has one, or else as form says. A key
  // that the service would reject is replaced by its SHA-256 in hex. "" for a record that has no key and must not
  // be sent. The views point into batch or into this object, until the next call. Adjacent records whose keys have
  // the same source, such as the log stream, share one view.
  std::span<const std::string_view> choose(const penstock_batch& batch, Random& random);

  // Returns why a record has no key.
  std::string why_none() const;

 private:
  enum class Form { log_stream, random, source, field, text };
  enum class Missing { log_stream, random, on_failure };
  static constexpr size_t kElsewhere = SIZE_MAX;

  // Key at an offset in made_, or elsewhere.
  struct Choice {
    std::string_view elsewhere = {};
    size_t made_at = kElsewhere;
    size_t made_size = 0;
    bool fits = false;  // known to be valid for the service
  };

  Choice choose_one(const penstock_batch& batch, const penstock_record& record, Random& random);
  Choice from_log_stream(const penstock_batch& batch, const penstock_record& record, Random& random);
  Choice made_from(size_t start) const { return {{}, start, made_.size() - start}; }
  Choice make_random(Random& random);
  Choice made_fit(Choice choice);

  Form form_ = Form::log_stream;
  Missing missing_ = Missing::log_stream;
  std::string text_;                // TEXT or PATH
  std::optional<JsonField> field_;  // if form_ is field
  std::string made_;                // keys generated for the last batch
  std::vector<Choice> choices_;
  std::vector<std::string_view> keys_;
};

}  // namespace penstock::kinesis
