#include "host/settings.h"

#include <map>

#include "host/agent_keys.h"
#include "host/log.h"
#include "host/nearest.h"
#include "host/text.h"

namespace penstock::host {

namespace {

const std::vector<std::string> kKeys = {"Grace", "Stats_Interval", "Log_Level", "Plugins_File"};

class SettingsReader {
 public:
  SettingsReader(const Environment& environment, Settings& settings, std::vector<Problem>& problems)
      : environment_(environment), settings_(settings), problems_(problems) {}

  void entry(const Entry& entry) {
    const auto [first, fresh] = seen_.emplace(lower(entry.key), entry.place);
    if (!fresh && !same(entry.key, "Plugins_File")) {
      problems_.push_back({entry.place,
                           "'" + printable(entry.key, 60) + "' was given in " + printable(first->second.file) +
                               ":" + std::to_string(first->second.line) + " already; the last counts",
                           true});
    }
    if (same(entry.key, "Grace")) {
      duration(entry, settings_.grace_ms);
    } else if (same(entry.key, "Stats_Interval")) {
      duration(entry, settings_.stats_interval_ms);
    } else if (same(entry.key, "Log_Level")) {
      log_level(entry);
    } else if (same(entry.key, "Plugins_File")) {
      plugins_file(entry);
    } else if (const AgentKey* const known = agent_service_key(entry.key)) {
      if (fresh) tell_of_agent_key(*known, entry, problems_);
    } else {
      problem(entry, "[SERVICE] has no key '" + printable(entry.key, 60) + "'" + suggestion(entry.key, kKeys));
    }
  }

  // Those of plugins:, which is in YAML alone.
  void plugins(const Conf& conf) {
    for (const Entry& path : conf.plugins) {
      if (path.value.find("${") != std::string::npos) {
        problem(path, "'" + printable(path.value) +
                          "': Fluent Bit expands no variables in plugins:; write the path out");
      } else {
        settings_.plugins.push_back({beside(path.place.file, path.value), path.place});
      }
    }
  }

 private:
  void problem(const Entry& entry, std::string text) {
    problems_.push_back({entry.place, std::move(text), false});
  }

  void duration(const Entry& entry, int64_t& out) {
    const std::optional<int64_t> value = parse_duration_ms(entry.value);
    if (value) {
      out = *value;
    } else {
      problem(entry, entry.key + " '" + printable(entry.value, 60) +
                         "' is no duration; write seconds, or a number with ms, s, m or h");
    }
  }

  void log_level(const Entry& entry) {
    const std::optional<int32_t> level = parse_log_level(entry.value);
    if (level) {
      settings_.log_level = *level;
    } else {
      problem(entry, "Log_Level '" + printable(entry.value, 60) + "' is none of off, error, warn, info, debug");
    }
  }

  void plugins_file(const Entry& entry) {
    Conf file = read_conf(beside(entry.place.file, entry.value), environment_);
    // The line that named the file says more than the name of a file that is not there.
    for (Problem& found : file.problems) {
      if (found.place.line == 0) found.place = entry.place;
      problems_.push_back(std::move(found));
    }
    for (const Section& section : file.sections) {
      if (!same(section.name, "PLUGINS")) {
        problems_.push_back({section.place, "a Plugins_File has [PLUGINS] alone, with Path lines", false});
        continue;
      }
      for (const Entry& path : section.entries) {
        if (same(path.key, "Path")) {
          settings_.plugins.push_back({beside(path.place.file, path.value), path.place});
        } else {
          problem(path, "[PLUGINS] has Path lines alone, no '" + printable(path.key, 60) + "'");
        }
      }
    }
    plugins(file);
  }

  const Environment& environment_;
  Settings& settings_;
  std::vector<Problem>& problems_;
  std::map<std::string, Place> seen_;
};

}  // namespace

Settings read_settings(const Conf& conf, const Environment& environment, std::vector<Problem>& problems) {
  Settings settings;
  SettingsReader reader(environment, settings, problems);
  for (const Section& section : conf.sections) {
    if (!same(section.name, "SERVICE")) continue;
    for (const Entry& entry : section.entries) reader.entry(entry);
  }
  reader.plugins(conf);
  return settings;
}

}  // namespace penstock::host
