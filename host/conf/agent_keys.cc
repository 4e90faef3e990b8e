#include "host/conf/agent_keys.h"

#include <algorithm>
#include <span>
#include <string>

#include "abi/penstock.h"
#include "base/text.h"
#include "client/options.h"

namespace penstock::host {

namespace {

constexpr std::string_view kNoProcessors = "penstock has no processors, so its records would differ";

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
    {"routable", "penstock routes each input by its Tag", "true|on|yes"},
    {"routes", "penstock routes only by Tag and Match"},
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
    {"daemon", "penstock stays in the foreground: start it with systemd or another supervisor"},
    {"dns.*", ""},
    {"enable_chunk_trace", "penstock does not trace chunks; set Log_Level debug for details"},
    {"flush", ""},
    {"flush.adaptive", ""},
    {"flush.adaptive.*", ""},
    {"hc_errors_count", ""},
    {"hc_period", ""},
    {"hc_retry_failure_count", ""},
    {"health_check", "the HTTP server of penstock always has /healthz and /readyz: set HTTP_Server on"},
    {"hot_reload", ""},
    {"hot_reload.*", ""},
    {"json.*", ""},
    {"log_file", "penstock logs to standard error; redirect it, as with 2>>FILE, or use the journal"},
    {"multiline_buffer_limit", ""},
    {"parsers_file", ""},
    {"scheduler.*", ""},
    {"security.fips_mode",
     "penstock leaves the FIPS mode to the configuration of OpenSSL; set use_fips on in a section for FIPS "
     "endpoints"},
    {"sp.*", ""},
    {"storage.*", ""},
    {"streams_file", "penstock has no stream processor, so its records would differ"},
    {"telemetry", ""},
    {"windows.maxstdio", ""},
};

constexpr AgentKey kInputFileOptions[] = {
    {"checkpoint_after", ""},
    {"chunk_bytes", ""},
    {"max_unacknowledged", ""},
    {"tag_format", "penstock gives all records of an input the Tag of its section"},
};

// The input of the filter in this host is the log line itself.
constexpr AgentKey kFilterFileOptions[] = {
    {"key_name", ""},
    {"preserve_key", ""},
    {"reserve_data", ""},
};

constexpr std::string_view kWholeRecords = "penstock sends records unchanged";

constexpr AgentKey kOutputFileOptions[] = {
    {"data_keys", kWholeRecords},       {"flush_timeout", ""},
    {"log_key", kWholeRecords},         {"time_key", kWholeRecords},
    {"time_key_format", kWholeRecords},
};

constexpr AgentKey kStdoutOptions[] = {
    {"format", "penstock writes one line of JSON per record", "json_lines"},
    {"json_date_format", ""},
    {"json_date_key", "penstock writes records unchanged", "false|off|no"},
};

constexpr AgentKey kSections[] = {
    {"custom", ""},
    {"customs", ""},
    {"extensions", ""},
    {"multiline_parser", ""},
    {"multiline_parsers", ""},
    {"parser", ""},
    {"parsers", ""},
    {"stream_processor", "penstock has no stream processor, so its records would differ"},
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

void add_agent_key_problem(const AgentKey& key, const Entry& entry, std::vector<Problem>& problems) {
  const std::string subject = "'" + printable(entry.key, 60) + "' is only for Fluent Bit";
  if (!key.refusal.empty() && client::is_one_of(key.harmless, entry.value)) return;
  if (key.refusal.empty())
    problems.push_back(Problem::warning(entry.place, "PS0836", subject + "; penstock ignores it"));
  else
    problems.push_back(Problem::error(entry.place, "PS0837", subject + "; " + std::string(key.refusal)));
}

const AgentKey* agent_section(std::string_view name) { return find(kSections, name); }

}  // namespace penstock::host
