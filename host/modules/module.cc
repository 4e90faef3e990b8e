#include "host/modules/module.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

#include "base/text.h"
#include "client/has.h"
#include "client/module.h"
#include "client/options.h"
#include "host/modules/builtin.h"
#include "host/util/file_trust.h"

namespace penstock::host {

namespace {

bool has_commands(const penstock_stage& stage) {
  return stage.struct_size >= offsetof(penstock_stage, commands) + sizeof(void*) && stage.commands != nullptr;
}

bool commands_can_be_read(const penstock_stage& stage) {
  if (!has_commands(stage)) return true;
  if (stage.command_stride < sizeof(penstock_command)) return false;
  const std::vector<penstock_command> commands = commands_of(stage);
  return std::all_of(commands.begin(), commands.end(), [](const penstock_command& command) {
    const bool arguments =
        command.arguments != nullptr && command.argument_info_stride >= sizeof(penstock_option_info);
    return command.name != nullptr && command.run != nullptr && (arguments || command.argument_info_count == 0);
  });
}

// Returns why the host cannot drive a stage, or "". Requires only the calls that the host cannot do without.
std::string stage_defect(const penstock_stage& stage) {
  if (stage.struct_size < offsetof(penstock_stage, destroy) + sizeof(stage.destroy))
    return "has too small a struct_size";
  if (stage.id == nullptr || stage.create == nullptr || stage.destroy == nullptr)
    return "has no id, no create() or no destroy()";
  if (stage.option_info_count > 0 &&
      (stage.options == nullptr || stage.option_info_stride < sizeof(penstock_option_info))) {
    return "has an option table that cannot be read";
  }
  if (!commands_can_be_read(stage)) return "has a table of commands that cannot be read";
  bool whole = false;
  if (stage.kind == PENSTOCK_INPUT)
    whole = stage.input != nullptr && PENSTOCK_HAS(stage.input, poll) && PENSTOCK_HAS(stage.input, ack);
  else if (stage.kind == PENSTOCK_FILTER)
    whole = stage.filter != nullptr && PENSTOCK_HAS(stage.filter, apply);
  else if (stage.kind == PENSTOCK_OUTPUT)
    whole = stage.output != nullptr && PENSTOCK_HAS(stage.output, write) && PENSTOCK_HAS(stage.output, pump);
  return whole ? "" : "does not have the calls of its kind";
}

bool is_file(const std::string& path) {
  struct stat file {};
  return stat(path.c_str(), &file) == 0 && S_ISREG(file.st_mode);
}

}  // namespace

const penstock_module* open_module(const std::string& path, std::string& defect) {
  const std::string name = "plugin '" + printable(path, kMaxPrintedLineBytes) + "'";
  const auto fail = [&](const std::string& what) -> const penstock_module* {
    defect = name + what;
    return nullptr;
  };
  // dlopen() would search for a name without a slash in the system's folders.
  const std::string exact = path.find('/') == std::string::npos ? "./" + path : path;
  const int fd = open(exact.c_str(), O_PATH | O_CLOEXEC);
  if (fd < 0) return fail(std::string(" cannot be opened: ") + std::strerror(errno) + hint_of_tilde(path));
  struct stat about = {};
  const bool is_file = fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
  std::string real_path;
  const std::string reason = unsafe_to_use(fd, exact, geteuid(), real_path);
  close(fd);
  // dlopen() would wait for a writer of a FIFO.
  if (!is_file) return fail(" is not a regular file; name a shared object");
  if (!reason.empty()) return fail(" is not opened: " + reason);
  // If running as root, no other user can replace the file at real_path. A path in /proc/self/fd would not
  // do: with it, the plugin would not find other files in its folder.
  std::string problem;
  const penstock_module* const module = client::open_module(real_path, problem);
  return module != nullptr ? module : fail(" " + problem);
}

Modules::Modules() : stages_(builtin_stages()) {}

std::string Modules::open(const std::string& path) {
  std::string defect;
  const penstock_module* const module = open_module(path, defect);
  if (module == nullptr) return defect;
  struct stat about = {};
  if (stat(path.c_str(), &about) == 0)
    files_.push_back(
        {path, about.st_dev, about.st_ino, about.st_mtim.tv_sec * 1'000'000'000 + about.st_mtim.tv_nsec});
  defect = add(*module);
  return defect.empty() ? defect : "plugin '" + printable(path, kMaxPrintedLineBytes) + "': " + defect;
}

std::string Modules::add(const penstock_module& module) {
  for (const penstock_stage* const* stage = module.stages; *stage != nullptr; ++stage) {
    const std::string defect = stage_defect(**stage);
    if (!defect.empty()) return "a stage " + defect + "; install a version for this program";
  }
  for (const penstock_stage* const* stage = module.stages; *stage != nullptr; ++stage) stages_.push_back(*stage);
  return {};
}

const penstock_stage* Modules::find(int32_t kind, std::string_view id) const {
  for (const penstock_stage* stage : stages_)
    if (stage->kind == kind && equal_without_case(stage->id, id)) return stage;
  return nullptr;
}

std::vector<std::string> Modules::ids(int32_t kind) const {
  std::vector<std::string> out;
  for (const penstock_stage* stage : stages_)
    if (stage->kind == kind) out.emplace_back(stage->id);
  return out;
}

const char* kind_name(int32_t kind) {
  return kind == PENSTOCK_INPUT ? "input" : kind == PENSTOCK_FILTER ? "filter" : "output";
}

std::vector<penstock_command> commands_of(const penstock_stage& stage) {
  if (!has_commands(stage)) return {};
  std::vector<penstock_command> out(stage.command_count);
  for (size_t i = 0; i < out.size(); ++i) {
    const auto* const bytes = reinterpret_cast<const char*>(stage.commands) + i * stage.command_stride;
    std::memcpy(&out[i], bytes, sizeof out[i]);
  }
  return out;
}

const penstock_option_info& argument_info(const penstock_command& command, size_t i) {
  const auto* const bytes = reinterpret_cast<const char*>(command.arguments);
  return *reinterpret_cast<const penstock_option_info*>(bytes + i * command.argument_info_stride);
}

std::vector<std::string> option_names(const penstock_stage& stage) {
  std::vector<std::string> names;
  for (size_t i = 0; i < stage.option_info_count; ++i) names.emplace_back(client::option_info(stage, i).name);
  return names;
}

bool takes_list(const penstock_stage& stage, std::string_view name) {
  const penstock_option_info* const info = client::find_option(stage, name);
  return info != nullptr && info->type != nullptr && std::string_view(info->type) == "list";
}

bool knows(const std::vector<std::string>& names, std::string_view key) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return equal_without_case(name, key); });
}

std::string default_plugin() {
  std::array<char, PATH_MAX> buffer{};
  const ssize_t n = readlink("/proc/self/exe", buffer.data(), buffer.size());
  if (n <= 0) return {};
  const std::string program(buffer.data(), static_cast<size_t>(n));
  const std::string folder = program.substr(0, program.rfind('/') + 1);
  for (const char* place : {"", "../lib/penstock/"}) {
    std::string path = folder + place + "libpenstock.so";
    if (is_file(path)) return path;
  }
  return {};
}

}  // namespace penstock::host
