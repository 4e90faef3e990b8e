#include "host/fluentbit_check/agent_modules.h"

#include <unistd.h>

#include <utility>

#include "base/text.h"
#include "client/has.h"
#include "host/conf/expand.h"

namespace penstock::host {

namespace {

// Returns the file that a relative path names for an agent that is started here, else the file that was probably
// meant.
std::string found_at(const Entry& path) {
  return access(path.value.c_str(), F_OK) == 0 ? path.value : relative_to(path.place.file, path.value);
}

// Requires only the option table and check(): the rest of the stage is not for this host.
const penstock_stage* stage_in(const penstock_module& module, const AgentFile& file) {
  for (const penstock_stage* const* stage = module.stages; *stage != nullptr; ++stage) {
    const penstock_stage& one = **stage;
    const bool readable = PENSTOCK_HAS(&one, check) && one.id != nullptr &&
                          (one.option_info_count == 0 ||
                           (one.options != nullptr && one.option_info_stride >= sizeof(penstock_option_info)));
    if (readable && one.kind == file.kind && equal_without_case(one.id, file.stage)) return &one;
  }
  return nullptr;
}

}  // namespace

AgentModules::AgentModules(const std::vector<Entry>& paths, std::vector<Problem>& problems) : problems_(problems) {
  for (const Entry& path : paths) take(path);
}

void AgentModules::take(const Entry& path) {
  if (path.value == "libpenstock.so" || path.value.ends_with("/libpenstock.so")) {
    problems_.push_back(
        Problem::error(path.place, "PS0860",
                       "Fluent Bit cannot use libpenstock.so itself: name penstock-in-kinesis.so, "
                       "penstock-out-kinesis.so and flb-filter_lambda_logs.so in the same folder"));
    return;
  }
  const AgentFile* const file = agent_file(path.value);
  if (file == nullptr) return;
  const bool of_conf = !path.place.file.empty();
  const auto [first, fresh] = named_.emplace(file, path);
  if (!fresh) {
    // The command line overrides the conf on purpose.
    if (first->second.place.file.empty()) return;
    problems_.push_back(Problem::warning(
        path.place, "PS0861", std::string(file->name) + " is named twice; Fluent Bit uses the first path"));
    return;
  }
  if (!of_conf) return;
  if (path.value.find('/') == std::string::npos) {
    problems_.push_back(Problem::warning(
        path.place, "PS0862",
        "'" + printable(path.value, kMaxPrintedLineBytes) +
            "' has no folder, so Fluent Bit looks for it only in the system's library folders; write "
            "an absolute path"));
  } else if (!path.value.starts_with('/')) {
    problems_.push_back(Problem::warning(
        path.place, "PS0862",
        "'" + printable(path.value, kMaxPrintedLineBytes) +
            "' is relative to the folder in which Fluent Bit is started; write an absolute path"));
  }
}

const penstock_stage* AgentModules::stage(const AgentFile& file) {
  const auto [place, fresh] = stages_.try_emplace(&file, nullptr);
  if (fresh) place->second = open(file);
  return place->second;
}

const penstock_stage* AgentModules::open(const AgentFile& file) {
  const auto named = named_.find(&file);
  const Place place = named != named_.end() ? named->second.place : Place{};
  const std::string path =
      named != named_.end() ? found_at(named->second) : relative_to(default_plugin(), file.name);
  if (named == named_.end() && access(path.c_str(), F_OK) != 0) {
    problems_.push_back(Problem::error(place, "PS0863",
                                       "cannot check the sections of " + std::string(file.name) +
                                           ": the configuration does not name it, and it is not next to "
                                           "libpenstock.so; name it with -e"));
    return nullptr;
  }
  std::string defect;
  const penstock_module* const module = open_module(path, defect);
  const penstock_stage* const stage = module != nullptr ? stage_in(*module, file) : nullptr;
  if (module == nullptr) {
    problems_.push_back(Problem::error(place, "PS0858", defect));
  } else if (stage == nullptr) {
    problems_.push_back(Problem::error(place, "PS0952",
                                       "plugin '" + printable(path, kMaxPrintedLineBytes) + "' has no " +
                                           kind_name(file.kind) + " '" + file.stage +
                                           "' that this program can read; install both from one package"));
  }
  std::string no_library;
  const penstock_module* const library = open_module(library_next_to(path), no_library);
  if (library != nullptr) library_stages_[&file] = stage_in(*library, file);
  return stage;
}

const penstock_stage* AgentModules::library_stage(const AgentFile& file) const {
  const auto found = library_stages_.find(&file);
  return found == library_stages_.end() ? nullptr : found->second;
}

}  // namespace penstock::host
