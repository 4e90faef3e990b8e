#include "fluentbit/agent/config_section.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <utility>

#include "base/bytes.h"
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
    option("transform", "on|off", "on",
           "on: records are what filter lambda_logs makes of the log events, whose options this section may have "
           "too. "
           "off: the log event as it is under log, and where it comes from beside it."),
    option("checkpoint_after", "append|handover|delivery", "append",
           "When a record counts as read. append: the agent has taken it (needs threaded off; on disk with "
           "storage.type "
           "filesystem). handover: it was given to the agent, which may lose it. delivery: our output in this "
           "agent has "
           "delivered it (experimental)."),
    option(
        "tag_format", "text", nullptr,
        "Tag of the records, with $log_group, $log_stream, $owner, $region for where they come from; a / at the "
        "beginning and .. are removed. Left out: "
        "the "
        "Tag of the section."),
    option("chunk_bytes", "size", "1M",
           "Most that is handed to the agent at once; 1M is the most that is allowed."),
    option("max_unacknowledged", "size", "64M",
           "With checkpoint_after delivery: records read and not yet delivered; at it reading stops."),
};

constexpr std::array kOutput = {
    option("time_key", "text", nullptr,
           "Member to add that says when the record happened. Left out: none is added."),
    option("time_key_format", "text", "%Y-%m-%dT%H:%M:%S",
           "Of time_key, as strftime has it, in UTC; %3N, %6N, %9N and %L are parts of the second."),
    option("log_key", "text", nullptr, "Send the value of this member alone. Left out: the record as JSON."),
    option("data_keys", "text", nullptr, "Members to send, parted by commas. Left out: all."),
    option(
        "flush_timeout", "duration", "10s",
        "How long a flush waits for what the service refuses; then the agent is asked to come again, and what was "
        "taken meanwhile is not sent again."),
};

constexpr std::array kFilter = {
    option("key_name", "text", "log", "Member that holds the log line."),
    option("reserve_data", "on|off", "off",
           "on: keep the other members of the record beside what was parsed; of the same name, what was parsed "
           "counts."),
    option("preserve_key", "on|off", "off", "on: keep the member key_name too."),
};

}  // namespace

const OptionTable kInputOptions = kInput;
const OptionTable kOutputOptions = kOutput;
const OptionTable kFilterOptions = kFilter;

std::string complaint(const penstock_option_info& info, std::string_view value) {
  const std::string_view type = info.type;
  std::string_view wrong;
  if (type == "text") {
    if (value.empty()) wrong = "must not be empty";
  } else if (type == "size") {
    if (parse_size(value).value_or(0) <= 0) wrong = "must be a size above 0, like 65536, 64K or 1M";
  } else if (type == "duration") {
    if (parse_duration_ms(value).value_or(0) <= 0) wrong = "must be a duration above 0, like 250ms, 5s or 2m";
  } else if (!client::is_one_of(type, value)) {
    return std::string(info.name) + " is \"" + printable(value, 60) + "\", but must be one of " + info.type;
  }
  if (wrong.empty()) return {};
  return std::string(info.name).append(" is \"").append(printable(value, 60)).append("\", but ").append(wrong);
}

ConfigSection::ConfigSection(OptionTable own, std::vector<const penstock_stage*> stages,
                             const Property& property) {
  for (const penstock_option_info& info : own) {
    const char* const value = property(info.name);
    if (value != nullptr) {
      if (const std::string wrong = complaint(info, value); !wrong.empty()) complain(wrong);
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

void ConfigSection::complain(const std::string& text) {
  problems_.append(problems_.empty() ? "" : "\n").append(text);
}

}  // namespace penstock::fluentbit
