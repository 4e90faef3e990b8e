// Reads an agent conf, classic or YAML, into a plain structure. plan.h interprets the sections.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/message_id.h"
#include "host/conf/expand.h"
#include "host/util/log.h"

namespace penstock::host {

// The place where something is written. line 0: the whole file; no file: the command line.
struct Place {
  std::string file;
  int line = 0;
};

// A problem to report to the author of a conf. A conf with only warnings runs. Each problem has a code.
class Problem {
 public:
  Problem() = default;  // no problem: text is empty

  // text: one line, printable, without a code.
  static Problem error(Place place, MessageId id, std::string_view text) {
    return {std::move(place), coded(id, text), false};
  }
  static Problem warning(Place place, MessageId id, std::string_view text) {
    return {std::move(place), coded(id, text), true};
  }
  // Returns an error with a text that has a code, because a stage reported it.
  static Problem of_stage(Place place, std::string coded_text) {
    return {std::move(place), std::move(coded_text), false};
  }

  Place place;
  std::string text;  // "PS0801: cannot read ..."
  bool is_warning = false;

 private:
  Problem(Place where, std::string what, bool warns)
      : place(std::move(where)), text(std::move(what)), is_warning(warns) {}
};

// Formats "conf/agent.conf:12: PS0801: text", with "warning: " before the code of a warning.
std::string to_line(const Problem& problem);

// Logs a problem; in JSON as the message "conf/agent.conf:12: text" with its code.
void log_problem(Log& log, const Problem& problem);

struct Entry {
  std::string key;    // as written
  std::string value;  // variables expanded
  Place place;
  // A YAML map or list, or a [GROUP NAME], that is not read further; value is "".
  bool nested = false;
  int item = 0;  // YAML: 1, 2, ... for consecutive items of a list; 0: not in a list
};

// Formats the place of an earlier entry for a problem with a later one: "line 4", with the file if it is
// different.
std::string place_from(const Place& earlier, const Place& entry);

struct Section {
  std::string name;  // as written, without brackets; YAML: service, input, filter, output, or another key
  Place place;
  std::vector<Entry> entries;

  // Returns the first entry with this key, compared without case, or nullptr.
  const Entry* find(std::string_view key) const;
  // Returns the last one. The agent uses the last entry for keys that it reserves, like Tag and Match, and the
  // first for Name and the options of plugins.
  const Entry* last(std::string_view key) const;
};

// The program that is to run a conf. For Fluent Bit the conf is read in the same way, but everything that Fluent
// Bit reads differently in the classic form is an error: a conf without errors means the same to both.
enum class ConfFor { kHost, kFluentBit };

struct Conf {
  std::vector<Section> sections;  // those of included files at the place of the include
  std::vector<Entry> plugins;  // YAML: paths under plugins:, unexpanded, as Fluent Bit expands no variables there
  std::vector<Problem> problems;  // all, not only the first
};

// Reads the file and all that it includes; as YAML if the file's name says so (conf_yaml.h). When running as root,
// rejects a file that other users can write.
Conf read_conf(const std::string& path, const Environment& environment, ConfFor reader = ConfFor::kHost);

// Returns the warning about a key that has an earlier entry. used: "the first" or "the last".
Problem repeated_key(std::string_view key, const Place& earlier, const Place& place, std::string_view used);

// Sorts by file and line; problems of one line keep their order.
void sort_by_place(std::vector<Problem>& problems);

// Adds a warning for each value of a classic conf that seems to end with a comment: the comment is part of the
// value.
void warn_of_comments(const Section& section, std::vector<Problem>& problems);

bool has_errors(const std::vector<Problem>& problems);

}  // namespace penstock::host
