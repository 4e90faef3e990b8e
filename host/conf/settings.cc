#include "host/conf/settings.h"

#include <charconv>
#include <map>
#include <system_error>

#include "base/suggest.h"
#include "base/text.h"
#include "base/units.h"
#include "client/options.h"
#include "host/conf/agent_keys.h"
#include "host/http/listener.h"
#include "host/util/log.h"

namespace penstock::host {

namespace {

const std::vector<std::string> kKeys = {"Grace",     "HTTP_Listen",  "HTTP_Port",    "HTTP_Server",   "Log_Format",
                                        "Log_Level", "Plugins_File", "Stats_Format", "Stats_Interval"};

bool is_off(std::string_view value) { return client::is_one_of("off|false|no", value); }
bool is_on(std::string_view value) { return client::is_one_of("on|true|yes", value); }

class SettingsReader {
 public:
  SettingsReader(Settings& settings, std::vector<Problem>& problems) : settings_(settings), problems_(problems) {}

  void entry(const Entry& entry) {
    if (equal_without_case(entry.key, "Plugins_File")) return;  // named_plugins.h reads it
    const auto [first, fresh] = seen_.emplace(lower_case(entry.key), entry.place);
    if (!fresh) problems_.push_back(repeated_key(entry.key, first->second, entry.place, "the last"));
    if (equal_without_case(entry.key, "Grace")) {
      duration(entry, settings_.grace_ms);
    } else if (equal_without_case(entry.key, "Stats_Interval")) {
      duration(entry, settings_.stats_interval_ms);
    } else if (equal_without_case(entry.key, "Log_Level")) {
      log_level(entry);
    } else if (equal_without_case(entry.key, "Stats_Format")) {
      stats_format(entry);
    } else if (equal_without_case(entry.key, "Log_Format")) {
      log_format(entry);
    } else if (equal_without_case(entry.key, "HTTP_Server")) {
      http_server(entry);
    } else if (equal_without_case(entry.key, "HTTP_Listen")) {
      http_listen(entry);
    } else if (equal_without_case(entry.key, "HTTP_Port")) {
      http_port(entry);
    } else if (agent_service_key(entry.key) != nullptr) {
      agents_[lower_case(entry.key)] = entry;
    } else {
      problem(entry, "PS0832",
              "unknown key '" + printable(entry.key, 60) +
                  "' in [SERVICE]; expected Grace, HTTP_Listen, HTTP_Port, HTTP_Server, Log_Format, Log_Level, "
                  "Plugins_File, Stats_Format or Stats_Interval" +
                  suggestion(entry.key, kKeys));
    }
  }

  // Reports keys that only Fluent Bit uses; the last of a repeated key counts. A switch that is off is not
  // reported.
  void end() {
    for (const auto& [key, entry] : agents_)
      if (!is_off(entry.value)) add_agent_key_problem(*agent_service_key(key), entry, problems_);
  }

 private:
  void problem(const Entry& entry, MessageId id, const std::string& text) {
    problems_.push_back(Problem::error(entry.place, id, text));
  }

  void duration(const Entry& entry, int64_t& out) {
    const std::optional<int64_t> value = parse_duration_ms(entry.value);
    if (value) {
      out = *value;
    } else {
      problem(entry, "PS0833",
              "invalid " + printable(entry.key, 60) + " '" + printable(entry.value, 60) +
                  "': expected seconds, or a number with suffix ms, s, m or h; at most ten years");
    }
  }

  void log_level(const Entry& entry) {
    const std::optional<int32_t> level = parse_log_level(entry.value);
    if (level)
      settings_.log_level = *level;
    else
      problem(entry, "PS0833",
              "invalid Log_Level '" + printable(entry.value, 60) + "': expected off, error, warn, info or debug");
  }

  void http_server(const Entry& entry) {
    if (is_on(entry.value) || is_off(entry.value)) {
      settings_.http_server = is_on(entry.value);
      return;
    }
    problem(entry, "PS0833", "invalid HTTP_Server '" + printable(entry.value, 60) + "': expected on or off");
  }

  void http_listen(const Entry& entry) {
    settings_.http_listen = entry.value;
    if (!is_ip_address(entry.value))
      problem(entry, "PS0833",
              "invalid HTTP_Listen '" + printable(entry.value, 60) +
                  "': expected an IPv4 or IPv6 address, such as 127.0.0.1, or 0.0.0.0 for all interfaces");
  }

  void http_port(const Entry& entry) {
    const char* const end = entry.value.data() + entry.value.size();
    const auto [last, error] = std::from_chars(entry.value.data(), end, settings_.http_port);
    if (error != std::errc() || last != end || entry.value.empty())
      problem(entry, "PS0833",
              "invalid HTTP_Port '" + printable(entry.value, 60) +
                  "': expected a number from 1 to 65535, or 0 for a port that the system chooses");
  }

  void stats_format(const Entry& entry) {
    if (equal_without_case(entry.value, "text"))
      settings_.stats_format = StatsFormat::text;
    else if (equal_without_case(entry.value, "emf"))
      settings_.stats_format = StatsFormat::emf;
    else
      problem(entry, "PS0833", "invalid Stats_Format '" + printable(entry.value, 60) + "': expected text or emf");
  }

  void log_format(const Entry& entry) {
    const std::optional<LogFormat> format = parse_log_format(entry.value);
    if (format)
      settings_.log_format = *format;
    else
      problem(entry, "PS0833", "invalid Log_Format '" + printable(entry.value, 60) + "': expected text or json");
  }

  Settings& settings_;
  std::vector<Problem>& problems_;
  std::map<std::string, Place> seen_;
  std::map<std::string, Entry> agents_;
};

}  // namespace

Settings read_settings(const Conf& conf, std::vector<Problem>& problems) {
  Settings settings;
  SettingsReader reader(settings, problems);
  for (const Section& section : conf.sections) {
    if (!equal_without_case(section.name, "SERVICE")) continue;
    warn_of_comments(section, problems);
    for (const Entry& entry : section.entries) reader.entry(entry);
  }
  reader.end();
  return settings;
}

}  // namespace penstock::host
