#include "host/conf/conf.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "base/coded_text.h"
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
      return problem(place, "PS0802",
                     "cannot include '" + printable(path, kMaxPrintedLineBytes) +
                         "': by its name it is YAML, and a classic configuration can include only classic files");
    }
    if (!read_safe_file(path, content, file, error))
      return problem(place, "PS0801", "cannot read '" + printable(path, kMaxPrintedLineBytes) + "': " + error);
    if (main_.empty()) main_ = path;
    if (!read_.emplace(file.st_dev, file.st_ino).second) {
      const std::string text = "'" + printable(path, kMaxPrintedLineBytes) + "' is already included; ";
      differs(place, "PS0803", text + "Fluent Bit does not start if a file is included twice. Remove this line");
      return warn(place, "PS0803", text + "this line is ignored");
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

  void problem(const Place& place, MessageId id, const std::string& text) {
    conf_.problems.push_back(Problem::error(place, id, text));
  }
  void warn(const Place& place, MessageId id, const std::string& text) {
    conf_.problems.push_back(Problem::warning(place, id, text));
  }

  void line(FileState& state, std::string_view text) {
    const std::string_view body = trim(text);
    if (body.empty() || body.front() == '#') return;
    if (body.find('\0') != std::string_view::npos)
      return problem(state.place(), "PS0804", "the line has a NUL byte; a configuration must be a text file");
    if (is_space_or_tab(text.front())) return entry(state, text, body);
    if (body.front() == '[') return header(state, body);
    if (body.front() == '@') return command(state, body);
    problem(state.place(), "PS0805",
            "unexpected '" + printable(body, 60) +
                "' at the start of a line: only [SECTION], @SET and @INCLUDE begin there; indent the keys of a "
                "section");
  }

  // Adds an error if the configuration is for Fluent Bit. text: what Fluent Bit does.
  void differs(const Place& place, MessageId id, const std::string& text) {
    if (reader_ == ConfFor::kFluentBit) problem(place, id, text);
  }
  void differs_by_variables(const Place& place, std::string_view what, std::string_view value) {
    if (value.find("${") == std::string_view::npos) return;
    differs(place, "PS0811",
            "Fluent Bit does not expand variables in " + std::string(what) + ", so it would use '" +
                printable(value, 100) + "' literally; replace the variable with its value");
  }

  void header(FileState& state, std::string_view body) {
    state.in_group = false;
    state.skipping_broken = body.back() != ']' || body.size() < 3;
    if (state.skipping_broken) {
      return problem(
          state.place(), "PS0806",
          "invalid section header '" + printable(body, 60) + "': expected [NAME] with nothing after the bracket");
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
    problem(state.place(), "PS0807",
            "unknown command '" + printable(body.substr(0, blank), 60) + "': expected @SET or @INCLUDE");
  }

  void set(FileState& state, std::string_view argument) {
    if (state.section >= 0 && reader_ == ConfFor::kHost)
      return problem(state.place(), "PS0808", "@SET must be before the first section of a file; move it there");
    const size_t equals = argument.find('=');
    if (equals == std::string_view::npos || equals == 0)
      return problem(state.place(), "PS0809",
                     "invalid argument '" + printable(argument, 60) + "' of @SET: expected NAME=VALUE");
    differs_by_variables(state.place(), "@SET", argument.substr(equals + 1));
    variables_.set(std::string(trim(argument.substr(0, equals))),
                   expanded(state, trim(argument.substr(equals + 1))));
  }

  void include(FileState& state, std::string_view argument) {
    if (argument.empty())
      return problem(state.place(), "PS0809",
                     "@INCLUDE has no argument: expected a file name, or a pattern with * ? or [");
    differs_by_variables(state.place(), "@INCLUDE", argument);
    const std::string pattern = expanded(state, argument);
    const std::vector<std::string> files = included_files(state.path, pattern);
    if (files.empty()) {
      const std::string text = "no file matches '" + printable(pattern, kMaxPrintedLineBytes) + "'";
      warn(state.place(), "PS0810", text);
      differs(state.place(), "PS0810", text + ", so Fluent Bit does not start");
    }
    if (!pattern.starts_with('/') && relative_to(state.path, "") != relative_to(main_, "")) {
      differs(state.place(), "PS0812",
              "Fluent Bit looks for '" + printable(pattern, kMaxPrintedLineBytes) +
                  "' in the folder in which it is started and next to the first configuration file, not next to "
                  "this file; "
                  "write an absolute path");
    }
    for (const std::string& file : files) read(file, state.place());
  }

  void entry(FileState& state, std::string_view text, std::string_view body) {
    if (state.skipping_broken) return;
    if (body.front() == '@') {
      return problem(
          state.place(), "PS0808",
          "'" + printable(body, 60) + "' is indented, but @SET and @INCLUDE must be at the start of a line");
    }
    if (state.section < 0)
      return problem(state.place(), "PS0813",
                     "'" + printable(body, 60) + "' is outside of a section; begin the section with [NAME]");
    const std::string indent(text.substr(0, text.find_first_not_of(" \t")));
    if (state.indent.empty()) state.indent = indent;
    // A line with twice the indent belongs to a group, if one is open.
    const bool twice = indent.size() == 2 * state.indent.size() && indent.starts_with(state.indent);
    if (indent != state.indent && !twice)
      return problem(state.place(), "PS0814",
                     "the indentation differs from that of the first indented line of the file; indent all lines "
                     "alike");
    if (twice && state.in_group) return;
    state.in_group = body.front() == '[' && body.back() == ']' && body.find(' ') != std::string_view::npos;
    if (state.in_group) {
      return conf_.sections[static_cast<size_t>(state.section)].entries.push_back(
          {std::string(body.substr(1, body.size() - 2)), "", state.place(), true});
    }
    const size_t blank = body.find_first_of(" \t");
    if (blank != std::string_view::npos && body[blank] == '\t')
      differs(state.place(), "PS0815",
              "a tab follows the key, which Fluent Bit takes for a part of the key; write a space");
    if (blank == std::string_view::npos) {
      return problem(state.place(), "PS0816",
                     "key '" + printable(body, 60) + "' has no value; write the value after a space");
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
      warn(state.place(), "PS0817",
           "variable ${" + printable(name, 60) + "} is not set; it is replaced with an empty text");
    return out;
  }

  Variables variables_;
  ConfFor reader_;
  Conf& conf_;
  std::string main_;  // the first file
  std::set<std::pair<dev_t, ino_t>> read_;
};

}  // namespace

namespace {

std::string in_words(const Place& place) {
  std::string out = place.file.empty() ? "penstock" : printable(place.file, kMaxPrintedLineBytes);
  if (place.line > 0) out += ":" + std::to_string(place.line);
  return out;
}

}  // namespace

std::string to_line(const Problem& problem) {
  return in_words(problem.place) + (problem.is_warning ? ": warning: " : ": ") + problem.text;
}

void log_problem(Log& log, const Problem& problem) {
  const int32_t level = problem.is_warning ? PENSTOCK_LOG_WARN : PENSTOCK_LOG_ERROR;
  if (problem.place.file.empty()) return log.line(level, "penstock", problem.text);
  log.problem(level, to_line(problem), in_context(in_words(problem.place), problem.text));
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

Problem repeated_key(std::string_view key, const Place& earlier, const Place& place, std::string_view used) {
  return Problem::warning(place, "PS0834",
                          "'" + printable(key, 60) + "' is already set in " + place_from(earlier, place) + "; " +
                              std::string(used) + " value is used");
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
    problems.push_back(Problem::warning(
        entry.place, "PS0818",
        "the value of '" + printable(entry.key, 60) +
            "' contains #, which does not begin a comment here; write a comment on its own line"));
  }
}

bool has_errors(const std::vector<Problem>& problems) {
  return std::any_of(problems.begin(), problems.end(), [](const Problem& p) { return !p.is_warning; });
}

}  // namespace penstock::host
