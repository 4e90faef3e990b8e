#include "host/arguments.h"

#include <algorithm>
#include <cstdio>

#include "host/nearest.h"
#include "host/text.h"

namespace penstock::host {

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
    const size_t equals = arg.starts_with("--") ? arg.find('=') : std::string::npos;
    const std::string name = arg.substr(0, equals);
    const auto spec =
        std::find_if(specs.begin(), specs.end(), [&](const OptionSpec& s) { return s.name == name; });
    if (spec == specs.end()) {
      std::vector<std::string> names;
      names.reserve(specs.size());
      for (const OptionSpec& s : specs) names.push_back(s.name);
      return "there is no option " + printable(name, 60) + suggestion(name, names);
    }
    if (!spec->has_value) {
      if (equals != std::string::npos) return name + " takes no value";
      given_.push_back({name, ""});
    } else if (equals != std::string::npos) {
      given_.push_back({name, arg.substr(equals + 1)});
    } else if (++i < args.size()) {
      given_.push_back({name, args[i]});
    } else {
      return name + " wants a value";
    }
  }
  return {};
}

std::vector<std::string> Arguments::values(const std::string& name) const {
  std::vector<std::string> out;
  for (const Given& given : given_) {
    if (given.name == name) out.push_back(given.value);
  }
  return out;
}

int print_help(const char* text) {
  std::fputs(text, stdout);
  return kExitFine;
}

int usage_error(const std::string& command, const std::string& what) {
  const std::string name = command.empty() ? "penstock" : "penstock " + command;
  std::fprintf(stderr, "%s: %s; see %s --help\n", name.c_str(), what.c_str(), name.c_str());
  return kExitUsage;
}

}  // namespace penstock::host
