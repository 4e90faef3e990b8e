#include "host/conf/agent_keys.h"

#include <algorithm>
#include <span>
#include <string>

#include "abi/penstock.h"
#include "base/text.h"
#include "client/options.h"

namespace penstock::host {

namespace {

constexpr std::string_view kNoProcessors = "this host has no processors, so its records would be others";

constexpr AgentKey kInputKeys[] = {
    {"host", ""},
    {"ipv6", ""},
    {"listen", ""},
    {"log_level", ""},
    {"log_suppress_interval", ""},
    {"mem_buf_limit", ""},
    {"net.*", ""},
    {"oauth2*", ""},
    {"port", ""},
    {"processors", kNoProcessors},
    {"rate_gate", ""},
    {"rate_gate.*", ""},
    {"rate_window", ""},
    {"routable", "this host routes every input by its Tag", "true|on|yes"},
    {"routes", "this host routes by Tag and Match alone"},
    {"storage.pause_on_chunks_overlimit", ""},
    {"storage.type", ""},
    {"telemetry", ""},
    {"thread.ring_buffer.*", ""},
    {"threaded", ""},
    {"tls", ""},
    {"tls.*", ""},
};

constexpr AgentKey kFilterKeys[] = {
    {"log_level", ""},
    {"log_suppress_interval", ""},
};

constexpr AgentKey kOutputKeys[] = {
    {"_debug.http.*", ""},
    {"host", ""},
    {"ipv6", ""},
    {"log_level", ""},
    {"log_suppress_interval", ""},
    {"net.*", ""},
    {"oauth2*", ""},
    {"port", ""},
    {"processors", kNoProcessors},
    {"retry_limit", ""},
    {"routes", ""},
    {"storage.total_limit_size", ""},
    {"tls", ""},
    {"tls.*", ""},
    {"workers", ""},
};

constexpr AgentKey kServiceKeys[] = {
    {"coro_stack_size", ""},
    {"daemon", "this host stays in the foreground: have systemd or another supervisor start it"},
    {"dns.*", ""},
    {"enable_chunk_trace", "this host traces no chunks: Log_Level debug shows more of what it does"},
    {"flush", ""},
    {"flush.adaptive", ""},
    {"flush.adaptive.*", ""},
    {"hc_errors_count", ""},
    {"hc_period", ""},
    {"hc_retry_failure_count", ""},
    {"health_check",
     "this host answers no health checks: Stats_Interval logs how it is, and a failure ends it with 1"},
    {"hot_reload", "this host does not reload its configuration: restart it, which loses no record"},
    {"hot_reload.*", ""},
    {"http_listen", ""},
    {"http_port", ""},
    {"http_server", "this host has no HTTP server: Stats_Interval logs its counters"},
    {"json.*", ""},
    {"log_file", "this host logs to standard error: redirect that, as with 2>>FILE, or leave it to the journal"},
    {"multiline_buffer_limit", ""},
    {"parsers_file", ""},
    {"scheduler.*", ""},
    {"security.fips_mode",
     "this host leaves OpenSSL's mode to OpenSSL's own configuration: use_fips on in a section "
     "chooses FIPS endpoints"},
    {"sp.*", ""},
    {"storage.*", ""},
    {"streams_file", "this host has no stream processor, so its records would be others"},
    {"telemetry", ""},
    {"windows.maxstdio", ""},
};

constexpr AgentKey kInputFileOptions[] = {
    {"checkpoint_after", ""},
    {"chunk_bytes", ""},
    {"max_unacknowledged", ""},
    {"tag_format", "this host gives all records of an input its Tag"},
};

// The input of the filter in this host is the log line itself.
constexpr AgentKey kFilterFileOptions[] = {
    {"key_name", ""},
    {"preserve_key", ""},
    {"reserve_data", ""},
};

constexpr std::string_view kWholeRecords = "this host sends records as they are";

constexpr AgentKey kOutputFileOptions[] = {
    {"data_keys", kWholeRecords},       {"flush_timeout", ""},
    {"log_key", kWholeRecords},         {"time_key", kWholeRecords},
    {"time_key_format", kWholeRecords},
};

constexpr AgentKey kStdoutOptions[] = {
    {"format", "this host writes a line of JSON a record", "json_lines"},
    {"json_date_format", ""},
    {"json_date_key", "this host writes records as they are", "false|off|no"},
};

constexpr AgentKey kSections[] = {
    {"custom", ""},
    {"customs", ""},
    {"extensions", ""},
    {"multiline_parser", ""},
    {"multiline_parsers", ""},
    {"parser", ""},
    {"parsers", ""},
    {"stream_processor", "this host has no stream processor, so its records would be others"},
    {"upstream_servers", ""},
};

const AgentKey* find(std::span<const AgentKey> keys, std::string_view written) {
  const std::string key = lower_case(written);
  const auto fits = [&](const AgentKey& one) {
    if (!one.name.ends_with('*')) return key == one.name;
    return key.starts_with(one.name.substr(0, one.name.size() - 1));
  };
  const auto found = std::find_if(keys.begin(), keys.end(), fits);
  return found == keys.end() ? nullptr : &*found;
}

std::span<const AgentKey> keys_of(int32_t kind) {
  if (kind == PENSTOCK_INPUT) return kInputKeys;
  if (kind == PENSTOCK_FILTER) return kFilterKeys;
  return kOutputKeys;
}

}  // namespace

const AgentKey* agent_key(int32_t kind, std::string_view key) { return find(keys_of(kind), key); }

std::vector<std::string> agent_key_names(int32_t kind) {
  std::vector<std::string> names;
  for (const AgentKey& key : keys_of(kind))
    if (!key.name.ends_with('*')) names.emplace_back(key.name);
  return names;
}

const AgentKey* agent_service_key(std::string_view key) { return find(kServiceKeys, key); }

const AgentKey* agent_stage_option(int32_t kind, std::string_view id, std::string_view key) {
  if (kind == PENSTOCK_FILTER) return id == "lambda_logs" ? find(kFilterFileOptions, key) : nullptr;
  if (kind == PENSTOCK_OUTPUT && id == "stdout") return find(kStdoutOptions, key);
  if (id != "penstock_kinesis") return nullptr;
  return kind == PENSTOCK_INPUT ? find(kInputFileOptions, key) : find(kOutputFileOptions, key);
}

void tell_of_agent_key(const AgentKey& key, const Entry& entry, std::vector<Problem>& problems) {
  const std::string who = "'" + printable(entry.key, 60) + "' is for Fluent Bit; ";
  if (!key.refusal.empty() && client::is_one_of(key.harmless, entry.value)) return;
  if (key.refusal.empty())
    problems.push_back({entry.place, who + "this host has no use for it", true});
  else
    problems.push_back({entry.place, who + std::string(key.refusal), false});
}

const AgentKey* agent_section(std::string_view name) { return find(kSections, name); }

}  // namespace penstock::host
