#include "fluentbit/agent/config_section.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <utility>

#include "base/bytes.h"
#include "base/message_id.h"
#include "base/text.h"
#include "base/units.h"
#include "client/options.h"

namespace penstock::fluentbit {

namespace {

constexpr penstock_option_info option(const char* name, const char* type, const char* default_value,
                                      const char* help) {
  return {name, type, default_value, help, 0, 0};
}

constexpr std::array kInput = {
    option(
        "transform", "on|off", "on",
        "on: convert log events with filter lambda_logs, whose options this section may also have. off: keep each "
        "log event as text in the member log, with its origin in other members."),
    option(
        "checkpoint_after", "append|handover|delivery", "append",
        "When a record counts as read. append: the agent has accepted it (needs threaded off; it is on disk with "
        "storage.type filesystem). handover: it was passed to the agent, which may lose it. delivery: the output "
        "penstock_kinesis of this agent has delivered it (experimental)."),
    option("tag_format", "text", nullptr,
           "Tag of the records, with the variables $log_group, $log_stream, $owner and $region. A / at the "
           "beginning and "
           ".. are removed. Default: the Tag of the section."),
    option("chunk_bytes", "size", "1M",
           "Maximum size of a chunk of records that is passed to the agent; at most 1M."),
    option("max_unacknowledged", "size", "64M",
           "With checkpoint_after delivery: maximum size of the records that are read and not yet delivered, at "
           "which "
           "reading stops."),
};

constexpr std::array kOutput = {
    option("time_key", "text", nullptr,
           "Name of a member to add with the time of the record. Default: none is added."),
    option("time_key_format", "text", "%Y-%m-%dT%H:%M:%S",
           "Format of time_key, as for strftime, in UTC; %3N, %6N, %9N and %L are fractions of the second."),
    option("log_key", "text", nullptr, "Send only the value of this member. Default: the whole record as JSON."),
    option("data_keys", "text", nullptr, "Comma-separated members to send. Default: all."),
    option("flush_timeout", "duration", "10s",
           "How long a flush waits for records to be delivered. After that the agent retries the chunk, and "
           "records that "
           "were accepted before are not sent again."),
};

constexpr std::array kFilter = {
    option("key_name", "text", "log", "Member that contains the log line."),
    option("reserve_data", "on|off", "off",
           "on: keep the other members of the record, except those with the name of a parsed member."),
    option("preserve_key", "on|off", "off", "on: also keep the member key_name."),
};

}  // namespace

const OptionTable kInputOptions = kInput;
const OptionTable kOutputOptions = kOutput;
const OptionTable kFilterOptions = kFilter;

std::string complaint(const penstock_option_info& info, std::string_view value) {
  const std::string_view type = info.type;
  std::string expected;
  if (type == "text") {
    if (value.empty()) expected = "a text that is not empty";
  } else if (type == "size") {
    if (parse_size(value).value_or(0) <= 0) expected = "a size above 0, like 65536, 64K or 1M";
  } else if (type == "duration") {
    if (parse_duration_ms(value).value_or(0) <= 0) expected = "a duration above 0, like 250ms, 5s or 2m";
  } else if (!client::is_one_of(type, value)) {
    expected = type;
  }
  if (expected.empty()) return {};
  return std::string("invalid ") + info.name + " '" + printable(value, 60) + "': expected " + expected;
}

ConfigSection::ConfigSection(OptionTable own, std::vector<const penstock_stage*> stages,
                             const Property& property) {
  for (const penstock_option_info& info : own) {
    const char* const value = property(info.name);
    if (value != nullptr) {
      if (const std::string wrong = complaint(info, value); !wrong.empty()) complain(coded("PS0953", wrong));
    }
    const bool words = std::strchr(info.type, '|') != nullptr;
    const char* const chosen = value != nullptr ? value : info.default_value != nullptr ? info.default_value : "";
    own_[info.name] = words ? lower_case(chosen) : chosen;
  }
  for (const penstock_stage* stage : stages) {
    std::map<std::string, std::string>& given = given_[stage];
    for (size_t i = 0; i < stage->option_info_count; ++i) {
      const char* const name = client::option_info(*stage, i).name;
      if (const char* const value = property(name)) given[name] = value;
    }
    client::check_options(*stage, options_of(*stage),
                          [this](size_t, const penstock_error* error) { complain(error->text); });
  }
}

size_t ConfigSection::size_bytes(std::string_view name) const {
  return static_cast<size_t>(*parse_size(text(name)));
}

int64_t ConfigSection::duration_ms(std::string_view name) const { return *parse_duration_ms(text(name)); }

std::vector<penstock_option> ConfigSection::options_of(const penstock_stage& stage) const {
  std::vector<penstock_option> options;
  for (const auto& [key, value] : given_.find(&stage)->second) options.push_back({bytes(key), bytes(value)});
  return options;
}

void ConfigSection::complain(const std::string& coded_text) {
  problems_.append(problems_.empty() ? "" : "\n").append(coded_text);
}

}  // namespace penstock::fluentbit
