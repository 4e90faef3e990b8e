#include "host/conf/conf.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "host/conf/conf_yaml.h"
#include "host/util/file_trust.h"

namespace penstock::host {

namespace {

class ClassicReader {
 public:
  ClassicReader(const Environment& environment, ConfFor reader, Conf& conf)
      : variables_(environment), reader_(reader), conf_(conf) {}

  // from: the place of the @INCLUDE line; no file for the conf itself. Includes cannot nest deeper than the number
  // of files, because each file is read once.
  void read(const std::string& path, const Place& from) {
    std::string content;
    struct stat file {};
    std::string error;
    const Place place = from.file.empty() ? Place{path, 0} : from;
    if (is_yaml_name(path)) {
      return problem(place, "'" + printable(path, kMaxPrintedLineBytes) +
                                "' is YAML by its name; a classic conf includes classic ones");
    }
    if (!read_safe_file(path, content, file, error))
      return problem(place, "cannot read '" + printable(path, kMaxPrintedLineBytes) + "': " + error);
    if (main_.empty()) main_ = path;
    if (!read_.emplace(file.st_dev, file.st_ino).second) {
      differs(place, "a file that was read before ends Fluent Bit");
      return warn(place,
                  "'" + printable(path, kMaxPrintedLineBytes) + "' was read before; each file is read once");
    }
    FileState state{path, 0, {}, -1, false, false};
    std::string_view rest = content;
    if (rest.starts_with("\xef\xbb\xbf")) rest.remove_prefix(3);  // a byte order mark
    while (!rest.empty()) {
      const size_t end = rest.find('\n');
      std::string_view text = rest.substr(0, end);
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
      ++state.line;
      line(state, text);
    }
  }

 private:
  struct FileState {
    const std::string& path;
    int line;
    std::string indent;    // of the first indented line; empty before it
    int section;           // index of the open section; -1: none yet
    bool skipping_broken;  // after a section header that could not be read
    bool in_group;         // after an indented [GROUP NAME]
    Place place() const { return {path, line}; }
  };

  void problem(const Place& place, std::string text) { conf_.problems.push_back({place, std::move(text), false}); }
  void warn(const Place& place, std::string text) { conf_.problems.push_back({place, std::move(text), true}); }

  void line(FileState& state, std::string_view text) {
    const std::string_view body = trim(text);
    if (body.empty() || body.front() == '#') return;
    if (body.find('\0') != std::string_view::npos)
      return problem(state.place(), "a NUL byte: this is not a text file");
    if (is_space_or_tab(text.front())) return entry(state, text, body);
    if (body.front() == '[') return header(state, body);
    if (body.front() == '@') return command(state, body);
    problem(state.place(),
            "'" + printable(body, 60) +
                "' stands at the start of a line, where only [SECTION], @SET and @INCLUDE may: indent "
                "the keys of a section");
  }

  // text: what Fluent Bit does.
  void differs(const Place& place, std::string text) {
    if (reader_ == ConfFor::kFluentBit) problem(place, std::move(text));
  }
  void differs_by_variables(const Place& place, std::string_view what, std::string_view value) {
    if (value.find("${") == std::string_view::npos) return;
    differs(place, "Fluent Bit expands no variables in " + std::string(what) + ": it would take '" +
                       printable(value, 100) + "' as it stands; write out what it stands for");
  }

  void header(FileState& state, std::string_view body) {
    state.in_group = false;
    state.skipping_broken = body.back() != ']' || body.size() < 3;
    if (state.skipping_broken) {
      return problem(state.place(),
                     "'" + printable(body, 60) + "' is no section header; write [NAME] and nothing behind");
    }
    conf_.sections.push_back({std::string(trim(body.substr(1, body.size() - 2))), state.place(), {}});
    state.section = static_cast<int>(conf_.sections.size()) - 1;
  }

  void command(FileState& state, std::string_view body) {
    const size_t blank = body.find_first_of(" \t");
    const std::string name = lower_case(body.substr(0, blank));
    const std::string_view argument =
        blank == std::string_view::npos ? std::string_view() : trim(body.substr(blank));
    if (name == "@set") return set(state, argument);
    if (name == "@include") return include(state, argument);
    problem(state.place(),
            "'" + printable(body.substr(0, blank), 60) + "' is not known; there are @SET and @INCLUDE");
  }

  void set(FileState& state, std::string_view argument) {
    if (state.section >= 0 && reader_ == ConfFor::kHost)
      return problem(state.place(), "@SET stands before the first section of a file");
    const size_t equals = argument.find('=');
    if (equals == std::string_view::npos || equals == 0)
      return problem(state.place(), "@SET wants NAME=VALUE, not '" + printable(argument, 60) + "'");
    differs_by_variables(state.place(), "@SET", argument.substr(equals + 1));
    variables_.set(std::string(trim(argument.substr(0, equals))),
                   expanded(state, trim(argument.substr(equals + 1))));
  }

  void include(FileState& state, std::string_view argument) {
    if (argument.empty()) return problem(state.place(), "@INCLUDE wants a file name or a pattern with *");
    differs_by_variables(state.place(), "@INCLUDE", argument);
    const std::string pattern = expanded(state, argument);
    const std::vector<std::string> files = included_files(state.path, pattern);
    if (files.empty()) {
      warn(state.place(), "no file fits '" + printable(pattern, kMaxPrintedLineBytes) + "'");
      differs(state.place(), "a pattern that no file fits ends Fluent Bit");
    }
    if (!pattern.starts_with('/') && beside(state.path, "") != beside(main_, "")) {
      differs(state.place(),
              "Fluent Bit looks for '" + printable(pattern, kMaxPrintedLineBytes) +
                  "' where it is started and beside the first conf, not beside this file; write the "
                  "whole path");
    }
    for (const std::string& file : files) read(file, state.place());
  }

  void entry(FileState& state, std::string_view text, std::string_view body) {
    if (state.skipping_broken) return;
    if (body.front() == '@') {
      return problem(state.place(),
                     "'" + printable(body, 60) + "': @SET and @INCLUDE stand at the start of a line");
    }
    if (state.section < 0)
      return problem(state.place(), "'" + printable(body, 60) + "' stands in no section; begin one with [NAME]");
    const std::string indent(text.substr(0, text.find_first_not_of(" \t")));
    if (state.indent.empty()) state.indent = indent;
    // A line with twice the indent belongs to a group, if one is open.
    const bool twice = indent.size() == 2 * state.indent.size() && indent.starts_with(state.indent);
    if (indent != state.indent && !twice)
      return problem(state.place(), "indented unlike the first indented line of the file: one indent serves all");
    if (twice && state.in_group) return;
    state.in_group = body.front() == '[' && body.back() == ']' && body.find(' ') != std::string_view::npos;
    if (state.in_group) {
      return conf_.sections[static_cast<size_t>(state.section)].entries.push_back(
          {std::string(body.substr(1, body.size() - 2)), "", state.place(), true});
    }
    const size_t blank = body.find_first_of(" \t");
    if (blank != std::string_view::npos && body[blank] == '\t')
      differs(state.place(), "to Fluent Bit a key ends at a space, and here a tab comes first");
    if (blank == std::string_view::npos) {
      return problem(state.place(),
                     "'" + printable(body, 60) + "' has no value; key and value are parted by a blank");
    }
    Section& section = conf_.sections[static_cast<size_t>(state.section)];
    if (equal_without_case(section.name, "PLUGINS"))
      differs_by_variables(state.place(), "the paths of plugins", trim(body.substr(blank)));
    section.entries.push_back(
        {std::string(body.substr(0, blank)), expanded(state, trim(body.substr(blank))), state.place(), false});
  }

  std::string expanded(const FileState& state, std::string_view text) {
    std::vector<std::string> unset;
    std::string out = variables_.expand(text, unset);
    for (const std::string& name : unset)
      warn(state.place(), "${" + printable(name, 60) + "} is not set and stands for nothing");
    return out;
  }

  Variables variables_;
  ConfFor reader_;
  Conf& conf_;
  std::string main_;  // the first file
  std::set<std::pair<dev_t, ino_t>> read_;
};

}  // namespace

std::string to_line(const Problem& problem) {
  std::string out = problem.place.file.empty() ? "penstock" : printable(problem.place.file, kMaxPrintedLineBytes);
  if (problem.place.line > 0) out += ":" + std::to_string(problem.place.line);
  return out + (problem.warning ? ": warning: " : ": ") + problem.text;
}

std::string place_from(const Place& earlier, const Place& entry) {
  const std::string line = std::to_string(earlier.line);
  return earlier.file == entry.file ? "line " + line : printable(earlier.file, kMaxPrintedLineBytes) + ":" + line;
}

const Entry* Section::find(std::string_view key) const {
  const auto entry =
      std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return equal_without_case(e.key, key); });
  return entry == entries.end() ? nullptr : &*entry;
}

const Entry* Section::last(std::string_view key) const {
  const auto entry = std::find_if(entries.rbegin(), entries.rend(),
                                  [&](const Entry& e) { return equal_without_case(e.key, key); });
  return entry == entries.rend() ? nullptr : &*entry;
}

Conf read_conf(const std::string& path, const Environment& environment, ConfFor reader) {
  Conf conf;
  if (is_yaml_name(path))
    read_yaml_conf(path, environment, conf);
  else
    ClassicReader(environment, reader, conf).read(path, {});
  return conf;
}

void sort_by_place(std::vector<Problem>& problems) {
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.place.file, a.place.line) < std::tie(b.place.file, b.place.line);
  });
}

void warn_of_comments(const Section& section, std::vector<Problem>& problems) {
  for (const Entry& entry : section.entries) {
    const bool has_comment =
        entry.value.find(" #") != std::string::npos || entry.value.find("\t#") != std::string::npos;
    if (!has_comment || is_yaml_name(entry.place.file)) continue;
    problems.push_back(
        {entry.place,
         "the value of '" + printable(entry.key, 60) +
             "' has a # in it: a comment must be on a line of its own, so this is a part of the value",
         true});
  }
}

bool has_errors(const std::vector<Problem>& problems) {
  return std::any_of(problems.begin(), problems.end(), [](const Problem& p) { return !p.warning; });
}

}  // namespace penstock::host
