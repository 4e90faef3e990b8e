// Reading an agent conf, classic or YAML, into a plain structure. What the sections mean is for others (plan.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/conf/expand.h"

namespace penstock::host {

// Where something was written. line 0: the file as a whole; no file: the command line.
struct Place {
  std::string file;
  int line = 0;
};

// Something to tell the writer of a conf about. Warnings do not keep it from running.
struct Problem {
  Place place;
  std::string text;  // one line, printable
  bool warning = false;
};

// "conf/agent.conf:12: text", with "warning: " before the text of a warning.
std::string to_line(const Problem& problem);

struct Entry {
  std::string key;    // as written
  std::string value;  // variables expanded
  Place place;
  bool nested =
      false;     // value is "" in place of a map or list of YAML, or a [GROUP NAME], that is not read further
  int item = 0;  // of YAML: 1, 2, ... in a list, whose items follow one another; 0: not in a list
};

// How a problem with an entry names the place of an earlier one: "line 4", with the file if it is another.
std::string place_from(const Place& earlier, const Place& entry);

struct Section {
  std::string
      name;  // as written, without brackets; of YAML: service, input, filter, output, or the key as written
  Place place;
  std::vector<Entry> entries;

  // The first entry of this key, compared without case, or nullptr.
  const Entry* find(std::string_view key) const;
  // The last one. It is what the agent goes by for the keys that it keeps for itself, like Tag and Match; for Name
  // and the options of plugins the first counts.
  const Entry* last(std::string_view key) const;
};

// Who is to run a conf. For Fluent Bit it is read in the same way, but where that reads the classic form otherwise
// than this program does, it is an error: a conf then means the same to both.
enum class ConfFor { kHost, kFluentBit };

struct Conf {
  std::vector<Section> sections;  // those of included files where they were included
  std::vector<Entry> plugins;  // of YAML: paths under plugins:, as written; Fluent Bit expands no variables there
  std::vector<Problem> problems;  // all, not only the first
};

// Reads the file and all that it includes, as YAML if its name ends so (conf_yaml.h). Run as root, a file that
// others may write is refused.
Conf read_conf(const std::string& path, const Environment& environment, ConfFor reader = ConfFor::kHost);

// In the order of files and lines; those of one line as they are.
void sort_by_place(std::vector<Problem>& problems);

// Adds a warning for each value of a classic conf that seems to end with a comment, which is a part of it.
void warn_of_comments(const Section& section, std::vector<Problem>& problems);

bool has_errors(const std::vector<Problem>& problems);

}  // namespace penstock::host
