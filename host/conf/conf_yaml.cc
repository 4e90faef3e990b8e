#include "host/conf/conf_yaml.h"

#include <functional>
#include <set>
#include <utility>

#include "base/suggest.h"
#include "base/text.h"
#include "host/conf/yaml_tree.h"
#include "host/util/file_trust.h"

namespace penstock::host {

namespace {

using Kind = YamlNode::Kind;

// Returns whether name is a list that this program does not read. Each becomes a section of that name without
// entries.
bool is_other_list(std::string_view name) {
  return name == "parsers" || name == "multiline_parsers" || name == "stream_processor" ||
         name == "upstream_servers" || name == "customs";
}

class YamlReader {
 public:
  YamlReader(const Environment& environment, Conf& conf) : variables_(environment), conf_(conf) {}

  // from: the place of the entry in includes:; no file for the conf itself.
  void read(const std::string& path, const Place& from) {
    std::string content;
    struct stat file {};
    std::string error;
    const Place place = from.file.empty() ? Place{path, 0} : from;
    if (!read_safe_file(path, content, file, error))
      return problem(place, "PS0801", "cannot read '" + printable(path, kMaxPrintedLineBytes) + "': " + error);
    if (!read_.emplace(file.st_dev, file.st_ino).second) {
      return problem(
          place, "PS0803",
          "'" + printable(path, kMaxPrintedLineBytes) +
              "' is already included, and Fluent Bit does not start if a file is included twice. Remove "
              "this item");
    }
    std::vector<YamlNode> documents;
    int line = 0;
    if (!parse_yaml(content, documents, line, error)) return problem({path, line}, "PS0820", error);
    for (const YamlNode& document : documents)
      if (document.kind == Kind::kMap)
        each(document, [&](const YamlNode& key, const YamlNode& value) { top(path, key, value); });
      else
        problem({path, document.line}, "PS0821",
                "a configuration must be a map, with keys like service: and pipeline:");
  }

  // Expands variables. Called last, because env: applies to everything that is read, wherever it is.
  void expand() {
    for (Section& section : conf_.sections) {
      for (Entry& entry : section.entries) {
        std::vector<std::string> unset;
        entry.value = variables_.expand(entry.value, unset);
        for (const std::string& name : unset) warn_unset(entry.place, name);
      }
    }
  }

 private:
  void problem(const Place& place, MessageId id, const std::string& text) {
    conf_.problems.push_back(Problem::error(place, id, text));
  }
  void warn(const Place& place, MessageId id, const std::string& text) {
    conf_.problems.push_back(Problem::warning(place, id, text));
  }
  void warn_unset(const Place& place, const std::string& name) {
    warn(place, "PS0817", "variable ${" + printable(name, 60) + "} is not set; it is replaced with an empty text");
  }

  static void each(const YamlNode& map, const std::function<void(const YamlNode&, const YamlNode&)>& visit) {
    for (size_t i = 0; i + 1 < map.items.size(); i += 2) visit(map.items[i], map.items[i + 1]);
  }

  // Returns whether value is of that kind; if not, adds a problem.
  bool is(const std::string& path, const YamlNode& key, const YamlNode& value, Kind kind) {
    if (value.kind == kind) return true;
    problem(
        {path, key.line}, "PS0821",
        "invalid value of '" + printable(key.text, 60) + "': expected a " + (kind == Kind::kMap ? "map" : "list"));
    return false;
  }

  void wants_text(const Place& place, const YamlNode& key) {
    problem(place, "PS0821",
            "invalid value of '" + printable(key.text, 60) + "': expected a text, not a map or a list");
  }

  Section& begin_section(std::string name, const Place& place) {
    conf_.sections.push_back({std::move(name), place, {}});
    return conf_.sections.back();
  }

  void top(const std::string& path, const YamlNode& key, const YamlNode& value) {
    const std::string name = lower_case(key.text);
    const Place place{path, key.line};
    if (name == "env") return env(path, key, value);
    if (name == "includes") return includes(path, key, value);
    if (name == "service") return service(path, key, value);
    if (name == "pipeline") return pipeline(path, key, value);
    if (name == "plugins") return plugins(path, key, value);
    if (name == "inputs" || name == "filters" || name == "outputs")
      return problem(place, "PS0822", "'" + name + "' must be under 'pipeline'; move it there");
    if (!is(path, key, value, is_other_list(name) ? Kind::kList : Kind::kMap)) return;
    begin_section(key.text, place);
    if (is_other_list(name) || name == "extensions") return;
    each(value, [&](const YamlNode& inner, const YamlNode& text) {
      if (text.kind != Kind::kText) wants_text({path, inner.line}, inner);
    });
  }

  void env(const std::string& path, const YamlNode& key, const YamlNode& value) {
    if (value.kind == Kind::kList) {
      for (const YamlNode& item : value.items)
        if (item.kind == Kind::kMap)
          env_item(path, item);
        else
          problem({path, item.line}, "PS0821", "invalid item of 'env': expected a map with name and value");
      return;
    }
    if (!is(path, key, value, Kind::kMap)) return;
    each(value, [&](const YamlNode& name, const YamlNode& text) {
      if (text.kind == Kind::kText)
        set({path, name.line}, name.text, text.text);
      else
        problem(
            {path, name.line}, "PS0821",
            "invalid value of variable " + printable(name.text, 60) + ": expected a text, not a map or a list");
    });
  }

  // Reads name, value, uri and refresh_interval; any other key is itself the name of a variable.
  void env_item(const std::string& path, const YamlNode& item) {
    std::string name;
    std::string value;
    std::string uri;
    each(item, [&](const YamlNode& key, const YamlNode& text) {
      const std::string word = lower_case(key.text);
      if (text.kind != Kind::kText) {
        wants_text({path, key.line}, key);
      } else if (word == "name") {
        name = text.text;
      } else if (word == "value") {
        value = text.text;
      } else if (word == "uri") {
        uri = text.text;
      } else if (word != "refresh_interval" && name.empty()) {
        name = key.text;
        value = text.text;
      }
    });
    if (name.empty()) return problem({path, item.line}, "PS0823", "a variable in 'env' has no name; add name");
    set({path, item.line}, name, uri.empty() ? value : uri);
  }

  // Sets a variable. The value file://PATH means the content of the file, without one line end.
  void set(const Place& place, const std::string& name, const std::string& value) {
    static constexpr std::string_view kFile = "file://";
    if (value.find("${") != std::string::npos) {
      warn(place, "PS0824",
           "variables are not expanded in 'env', so the value of ${" + printable(name, 60) + "} is '" +
               printable(value, 60) + "' literally");
    }
    if (value.size() <= kFile.size() || !value.starts_with(kFile)) return variables_.set(name, value);
    const std::string path = value.substr(kFile.size());
    std::string content;
    struct stat file {};
    std::string error;
    if (!read_safe_file(path, content, file, error)) {
      return problem(place, "PS0825",
                     "cannot read variable " + printable(name, 60) + " from '" +
                         printable(path, kMaxPrintedLineBytes) + "': " + error);
    }
    if (content.ends_with('\n') || content.ends_with('\r')) content.pop_back();
    if (content.empty()) {
      return problem(place, "PS0825",
                     "cannot read variable " + printable(name, 60) + " from '" +
                         printable(path, kMaxPrintedLineBytes) + "': the file is empty");
    }
    variables_.set(name, content);
  }

  void includes(const std::string& path, const YamlNode& key, const YamlNode& value) {
    if (!is(path, key, value, Kind::kList)) return;
    for (const YamlNode& item : value.items) {
      const Place place{path, item.line};
      if (item.kind != Kind::kText) {
        problem(place, "PS0821", "invalid item of 'includes': expected a file name, or a pattern with *");
        continue;
      }
      // The agent expands only *; other wildcards are ordinary characters.
      const bool pattern = item.text.find('*') != std::string::npos;
      const std::vector<std::string> files =
          pattern ? included_files(path, item.text) : std::vector<std::string>{relative_to(path, item.text)};
      if (files.empty()) {
        // The agent continues after a relative pattern, but ends after an absolute one.
        const std::string text = "no file matches '" + printable(item.text, kMaxPrintedLineBytes) + "'";
        if (item.text.starts_with('/'))
          problem(place, "PS0810", text + ", so Fluent Bit does not start");
        else
          warn(place, "PS0810", text);
      }
      for (const std::string& file : files) read(file, place);
    }
  }

  void service(const std::string& path, const YamlNode& key, const YamlNode& value) {
    if (!is(path, key, value, Kind::kMap)) return;
    if (has_service_)
      return problem({path, key.line}, "PS0826",
                     "a second 'service' map; Fluent Bit allows only one in all files. Merge them");
    has_service_ = true;
    Section& section = begin_section(key.text, {path, key.line});
    each(value, [&](const YamlNode& name, const YamlNode& text) {
      const Place place{path, name.line};
      if (text.kind == Kind::kText)
        add(section, place, name.text, text.text);
      else if (text.kind == Kind::kMap && equal_without_case(name.text, "telemetry"))
        section.entries.push_back({name.text, "", place, true});
      else
        wants_text(place, name);
    });
  }

  void plugins(const std::string& path, const YamlNode& key, const YamlNode& value) {
    if (!is(path, key, value, Kind::kList)) return;
    for (const YamlNode& item : value.items)
      if (item.kind == Kind::kText)
        conf_.plugins.push_back({key.text, item.text, {path, item.line}, false});
      else
        problem({path, item.line}, "PS0821", "invalid item of 'plugins': expected the path of a shared object");
  }

  void pipeline(const std::string& path, const YamlNode& key, const YamlNode& value) {
    if (!is(path, key, value, Kind::kMap)) return;
    each(value, [&](const YamlNode& part, const YamlNode& list) {
      const std::string name = lower_case(part.text);
      if (name != "inputs" && name != "filters" && name != "outputs") {
        return problem({path, part.line}, "PS0827",
                       "unknown key '" + printable(part.text, 60) +
                           "' in 'pipeline'; expected inputs, filters or outputs" +
                           suggestion(part.text, {"inputs", "filters", "outputs"}));
      }
      if (!is(path, part, list, Kind::kList)) return;
      for (const YamlNode& item : list.items)
        if (item.kind == Kind::kMap)
          plugin(path, name.substr(0, name.size() - 1), item);
        else
          problem({path, item.line}, "PS0821", "invalid item of '" + name + "': expected a map with name");
    });
  }

  void plugin(const std::string& path, const std::string& kind, const YamlNode& map) {
    Section& section = begin_section(kind, {path, map.line});
    each(map, [&](const YamlNode& key, const YamlNode& value) {
      const Place place{path, key.line};
      const bool nests = key.text == "processors" || key.text == "routes" ||
                         (kind == "input" && key.text == "telemetry" && value.kind == Kind::kMap);
      if (value.kind == Kind::kText) {
        add(section, place, key.text, value.text);
      } else if (nests) {
        section.entries.push_back({key.text, "", place, true});
      } else if (value.kind == Kind::kMap || value.items.empty()) {
        problem(place, "PS0821",
                "invalid value of '" + printable(key.text, 60) +
                    "': expected a text or a list of texts, not a map or an empty list");
      } else {
        int number = 0;
        for (const YamlNode& item : value.items) {
          if (item.kind == Kind::kText) {
            add(section, {path, item.line}, key.text, item.text);
            section.entries.back().item = ++number;
          } else {
            problem({path, item.line}, "PS0821",
                    "invalid item of '" + printable(key.text, 60) + "': expected a text, not a map or a list");
          }
        }
      }
    });
  }

  static void add(Section& section, const Place& place, std::string_view key, std::string_view value) {
    section.entries.push_back({snake_case(trim(key)), std::string(trim(value)), place, false});
  }

  Variables variables_;
  Conf& conf_;
  bool has_service_ = false;
  std::set<std::pair<dev_t, ino_t>> read_;
};

}  // namespace

bool is_yaml_name(std::string_view path) {
  const std::string name = lower_case(path);
  return name.ends_with(".yaml") || name.ends_with(".yml");
}

void read_yaml_conf(const std::string& path, const Environment& environment, Conf& conf) {
  YamlReader reader(environment, conf);
  reader.read(path, {});
  reader.expand();
}

std::string snake_case(std::string_view key) {
  if (key.empty() || key[0] < 'a' || key[0] > 'z' || key.find('_') != std::string_view::npos)
    return std::string(key);
  std::string out;
  for (const char c : key) {
    if (c >= 'A' && c <= 'Z') {
      out += '_';
      out += to_lower(c);
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace penstock::host
