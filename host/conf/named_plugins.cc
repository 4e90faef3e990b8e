#include "host/conf/named_plugins.h"

#include <utility>

#include "base/text.h"

namespace penstock::host {

namespace {

// plugins: exists only in YAML.
void add_plugins(const Conf& conf, std::vector<Entry>& paths, std::vector<Problem>& problems) {
  for (const Entry& path : conf.plugins) {
    if (path.value.find("${") != std::string::npos) {
      problems.push_back(Problem::error(path.place, "PS0811",
                                        "Fluent Bit does not expand variables in 'plugins', so it would use '" +
                                            printable(path.value, kMaxPrintedLineBytes) +
                                            "' literally; write the path itself"));
    } else {
      paths.push_back(path);
    }
  }
}

void add_plugins_file(const Entry& entry, const Environment& environment, ConfFor reader,
                      std::vector<Entry>& paths, std::vector<Problem>& problems) {
  Conf file = read_conf(relative_to(entry.place.file, entry.value), environment, reader);
  // The line that names the file is more helpful than the name of a missing file.
  for (Problem& found : file.problems) {
    if (found.place.line == 0) found.place = entry.place;
    problems.push_back(std::move(found));
  }
  for (const Section& section : file.sections) {
    if (!equal_without_case(section.name, "PLUGINS")) {
      problems.push_back(Problem::error(section.place, "PS0831",
                                        "unexpected section [" + printable(section.name, 60) +
                                            "] in a Plugins_File: expected only [PLUGINS], with Path lines"));
      continue;
    }
    for (const Entry& path : section.entries) {
      if (equal_without_case(path.key, "Path")) {
        paths.push_back(path);
      } else {
        problems.push_back(
            Problem::error(path.place, "PS0831",
                           "unknown key '" + printable(path.key, 60) + "' in [PLUGINS]: expected only Path"));
      }
    }
  }
  add_plugins(file, paths, problems);
}

}  // namespace

std::vector<Entry> named_plugins(const Conf& conf, const Environment& environment, ConfFor reader,
                                 std::vector<Problem>& problems) {
  std::vector<Entry> paths;
  for (const Section& section : conf.sections) {
    if (!equal_without_case(section.name, "SERVICE")) continue;
    for (const Entry& entry : section.entries)
      if (equal_without_case(entry.key, "Plugins_File"))
        add_plugins_file(entry, environment, reader, paths, problems);
  }
  add_plugins(conf, paths, problems);
  return paths;
}

}  // namespace penstock::host
