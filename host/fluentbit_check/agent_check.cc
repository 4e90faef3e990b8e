#include "host/fluentbit_check/agent_check.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "base/suggest.h"
#include "base/text.h"
#include "host/conf/agent_keys.h"
#include "host/conf/named_plugins.h"
#include "host/fluentbit_check/agent_modules.h"
#include "host/fluentbit_check/agent_routes.h"
#include "host/fluentbit_check/agent_rules.h"
#include "host/modules/agent_files.h"
#include "host/plan/file_uses.h"
#include "host/plan/plan.h"

namespace penstock::host {

namespace {

// Accepts a Match, or a Match_Regex, in which the slash may be anchored or escaped.
bool begins_with_slash(std::string_view match) {
  for (const char c : {'^', '\\'})
    if (match.starts_with(c)) match.remove_prefix(1);
  return match.starts_with('/');
}

class Checker {
 public:
  Checker(const Conf& conf, AgentModules& modules, AgentCheck& out)
      : conf_(conf), modules_(modules), out_(out), routes_(conf) {}

  void section(const Section& section) {
    const int32_t kind = kind_of(section);
    const Entry* const name = section.find("Name");
    if (kind == 0 || name == nullptr) return;
    const auto file = std::find_if(kAgentFiles.begin(), kAgentFiles.end(), [&](const AgentFile& one) {
      return one.kind == kind && equal_without_case(one.stage, name->value);
    });
    if (file == kAgentFiles.end()) return others(section, kind, *name);
    ++(kind == PENSTOCK_INPUT ? out_.inputs : kind == PENSTOCK_FILTER ? out_.filters : out_.outputs);
    ours(section, *file);
  }

  // Warns about each Match that no tag of tag_format can fit, because those do not begin with a slash.
  void matches_of_slashes() {
    for (const Section& section : conf_.sections) {
      if (kind_of(section) != PENSTOCK_FILTER && kind_of(section) != PENSTOCK_OUTPUT) continue;
      for (const char* key : {"Match", "Match_Regex"}) {
        const Entry* const match = section.last(key);
        if (match == nullptr || !begins_with_slash(match->value)) continue;
        warn(match->place, "PS0866",
             "'" + printable(match->value, 100) +
                 "' begins with /, but the tags of tag_format do not; remove the /, as in aws/lambda/*");
      }
    }
  }

  // Checks how the sections interact.
  void together() {
    if (out_.inputs > 0) matches_of_slashes();
    check_file_uses(files_, out_.problems);
    for (Problem& loop : routes_.loops()) out_.problems.push_back(std::move(loop));
  }

 private:
  void error(const Place& place, MessageId id, const std::string& text) {
    out_.problems.push_back(Problem::error(place, id, text));
  }
  void warn(const Place& place, MessageId id, const std::string& text) {
    out_.problems.push_back(Problem::warning(place, id, text));
  }

  void ours(const Section& section, const AgentFile& file) {
    const penstock_stage* const stage = modules_.stage(file);
    if (!modules_.is_named(file) && reported_.insert(file.name).second) {
      warn(
          section.place, "PS0865",
          std::string("this section needs ") + file.name +
              ", which the configuration does not name; add it to the Plugins_File or to plugins, or start Fluent "
              "Bit with -e and its path");
    }
    if (stage == nullptr) return;
    warn_of_comments(section, out_.problems);
    std::vector<Entry> given = options(section, *stage);
    check_options(*stage, given, section.place, out_.problems);
    add_file_uses(*stage, given, ++sections_, files_);
    check_agent_rules({section, *stage}, conf_, out_.problems);
    const penstock_stage* const library_stage = modules_.library_stage(file);
    if (library_stage == nullptr || library_stage->kind == PENSTOCK_FILTER) return;
    const std::vector<std::string> known = option_names(*library_stage);
    std::erase_if(given, [&](const Entry& entry) { return !knows(known, entry.key); });
    routes_.add(section, *library_stage, std::move(given));
  }

  // Returns the options that the stage has. Reports unknown ones here: a key of the agent may have been meant.
  std::vector<Entry> options(const Section& section, const penstock_stage& stage) {
    const std::vector<std::string> names = option_names(stage);
    std::vector<Entry> options;
    for (const Entry& entry : section.entries) {
      const bool of_agent = is_common_key(entry.key) || agent_key(stage.kind, entry.key) != nullptr;
      const Entry* const first = section.find(entry.key);
      if (!of_agent && entry.item > 1) {
        if (entry.item == 2) {
          error(entry.place, "PS0852",
                "'" + printable(entry.key, 60) +
                    "' is a list, and Fluent Bit passes only its first value to a plugin; write a text" +
                    (takes_list(stage, entry.key) ? " with comma-separated values" : ""));
        }
      } else if (first != &entry) {
        out_.problems.push_back(of_agent ? repeated(*first, entry, !equal_without_case(entry.key, "Name"))
                                         : repeated_option(*first, entry));
      } else if (of_agent) {
        continue;
      } else if (knows(names, entry.key)) {
        // Except for filters, the agent cannot distinguish an empty value from none.
        if (!entry.value.empty() || stage.kind == PENSTOCK_FILTER) options.push_back(entry);
      } else {
        std::vector<std::string> words = agent_key_names(stage.kind);
        words.insert(words.end(), names.begin(), names.end());
        error(entry.place, "PS0850",
              std::string(kind_name(stage.kind)) + " '" + printable(stage.id) + "' has no option '" +
                  printable(entry.key, 60) + "', which Fluent Bit would ignore without a message" +
                  suggestion(entry.key, words));
      }
    }
    return options;
  }

  // Warns about a section that is not ours, but only if it looks as if one of ours was meant.
  void others(const Section& section, int32_t kind, const Entry& name) {
    std::vector<std::string> ids;
    for (const AgentFile& file : kAgentFiles) {
      if (file.kind == kind) ids.emplace_back(file.stage);
      if (file.kind != kind && equal_without_case(file.stage, name.value)) {
        return warn(name.place, "PS0867",
                    std::string("'") + file.stage + "' of Penstock is not " +
                        (kind == PENSTOCK_FILTER ? "a filter" : std::string("an ") + kind_name(kind)) + ", but " +
                        (file.kind == PENSTOCK_FILTER ? "a filter" : std::string("an ") + kind_name(file.kind)));
      }
    }
    const std::string near = suggestion(name.value, ids);
    if (!near.empty()) {
      warn(name.place, "PS0867", "'" + printable(name.value, 60) + "' is not a plugin of Penstock" + near);
    } else if ((equal_without_case(name.value, "kinesis") || equal_without_case(name.value, "kinesis_streams")) &&
               looks_like_ours(section, kind)) {
      warn(name.place, "PS0867",
           "'" + printable(name.value, 60) + "' is " +
               (kind == PENSTOCK_OUTPUT ? "an output of AWS or of Fluent Bit" : "not an input of Fluent Bit") +
               "; did you mean 'penstock_kinesis'?");
    }
  }

  // Fluent Bit has no such input, and its outputs have none of these options.
  static bool looks_like_ours(const Section& section, int32_t kind) {
    static constexpr std::array<std::string_view, 8> kOurs = {"on_failure",   "checkpoint",     "mem_limit",
                                                              "call_timeout", "flush_timeout",  "ordering",
                                                              "ca_file",      "connect_timeout"};
    return kind == PENSTOCK_INPUT || std::any_of(kOurs.begin(), kOurs.end(), [&](std::string_view key) {
             return section.find(key) != nullptr;
           });
  }

  const Conf& conf_;
  AgentModules& modules_;
  AgentCheck& out_;
  AgentRoutes routes_;
  std::vector<FileUse> files_;
  size_t sections_ = 0;
  std::set<std::string> reported_;  // shared objects that nothing names, already reported
};

}  // namespace

AgentCheck check_for_fluent_bit(const std::string& conf_file, const std::vector<std::string>& plugins,
                                const Environment& environment) {
  AgentCheck out;
  const Conf conf = read_conf(conf_file, environment, ConfFor::kFluentBit);
  out.problems = conf.problems;
  std::vector<Entry> paths = named_plugins(conf, environment, ConfFor::kFluentBit, out.problems);
  std::vector<Entry> given;
  given.reserve(plugins.size());
  for (const std::string& plugin : plugins) given.push_back({"-e", plugin, {}, false});
  paths.insert(paths.begin(), given.begin(), given.end());
  AgentModules modules(paths, out.problems);
  Checker checker(conf, modules, out);
  for (const Section& section : conf.sections) checker.section(section);
  checker.together();
  if (out.inputs + out.filters + out.outputs == 0 && !has_errors(conf.problems)) {
    out.problems.push_back(
        Problem::warning({conf_file, 0}, "PS0868",
                         "the configuration has no section of Penstock: none has the Name penstock_kinesis or "
                         "lambda_logs"));
  }
  sort_by_place(out.problems);
  return out;
}

}  // namespace penstock::host
