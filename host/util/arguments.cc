#include "host/util/arguments.h"

#include <algorithm>
#include <cstdio>

#include "base/message_id.h"
#include "base/suggest.h"
#include "base/text.h"
#include "host/util/write_all.h"

namespace penstock::host {

namespace {

// Returns the option that arg is. value: where its value begins in arg; npos: not in arg.
const OptionSpec* find_option(const std::string& arg, const std::vector<OptionSpec>& specs, size_t& value) {
  const size_t equals = arg.find('=');
  const std::string name = arg.substr(0, equals);
  value = equals == std::string::npos ? equals : equals + 1;
  for (const OptionSpec& spec : specs) {
    const std::string& long_name = spec.long_name;
    // Also accepts -config, as Go programs do.
    if (spec.name == name || (!long_name.empty() && (long_name == name || long_name.substr(1) == name)))
      return &spec;
  }
  for (const OptionSpec& spec : specs) {
    if (spec.argument.empty() || spec.name.size() != 2 || !arg.starts_with(spec.name)) continue;
    value = spec.name.size();
    return &spec;
  }
  return nullptr;
}

}  // namespace

std::string Arguments::parse(const std::vector<std::string>& args, const std::vector<OptionSpec>& specs) {
  for (size_t i = 0; i < args.size(); ++i) {
    const std::string& arg = args[i];
    if (arg == "--") {
      words_.insert(words_.end(), args.begin() + static_cast<std::ptrdiff_t>(i) + 1, args.end());
      break;
    }
    if (arg.size() < 2 || arg[0] != '-') {
      words_.push_back(arg);
      continue;
    }
    size_t value = 0;
    const OptionSpec* const spec = find_option(arg, specs, value);
    if (spec == nullptr) {
      std::vector<std::string> names;
      for (const OptionSpec& s : specs) {
        names.push_back(s.name);
        if (!s.long_name.empty()) names.push_back(s.long_name);
      }
      const std::string name = arg.substr(0, arg.find('='));
      return "unknown option '" + printable(name, 60) + "'" + suggestion(name, names);
    }
    if (spec->argument.empty()) {
      if (value != std::string::npos) return "option '" + arg.substr(0, value - 1) + "' does not accept a value";
      given_.push_back({spec->name, ""});
    } else if (value != std::string::npos) {
      given_.push_back({spec->name, arg.substr(value)});
    } else if (++i < args.size()) {
      given_.push_back({spec->name, args[i]});
    } else {
      return "option '" + arg + "' needs a value: " + spec->argument;
    }
  }
  return {};
}

std::string Arguments::read_conf_path(std::string& path) const {
  std::vector<std::string> paths = values(kConfOption.name);
  paths.insert(paths.end(), words_.begin(), words_.end());
  if (paths.empty()) return "the configuration file is missing: -c FILE";
  if (paths.size() > 1) return "more than one configuration file; name one, with -c FILE";
  path = paths.front();
  return {};
}

std::vector<std::string> Arguments::values(const std::string& name) const {
  std::vector<std::string> out;
  for (const Given& given : given_)
    if (given.name == name) out.push_back(given.value);
  return out;
}

int print_help(std::string_view text) { return print(text) ? kExitFine : kExitFailed; }

int usage_error(const std::string& command, MessageId id, const std::string& what) {
  const std::string name = command.empty() ? "penstock" : "penstock " + command;
  const char* const see = what.ends_with('?') ? " See" : "; see";  // a suggestion is a question
  std::fprintf(stderr, "%s: %s%s %s --help\n", name.c_str(), coded(id, what).c_str(), see, name.c_str());
  return kExitUsage;
}

}  // namespace penstock::host
