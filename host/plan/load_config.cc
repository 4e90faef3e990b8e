#include "host/plan/load_config.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <set>

#include "host/conf/named_plugins.h"
#include "host/modules/agent_files.h"
#include "host/plan/file_uses.h"
#include "host/plan/stream_loops.h"

namespace penstock::host {

const char* environment_variable(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  if (value != nullptr || name != "HOSTNAME") return value;
  // Shells set it without exporting it, but the agent always has it.
  static const std::string host = [] {
    std::array<char, 512> buffer{};
    return std::string(gethostname(buffer.data(), buffer.size() - 1) == 0 ? buffer.data() : "");
  }();
  return host.empty() ? nullptr : host.c_str();
}

bool open_plugins(const std::vector<PluginPath>& plugins, Modules& modules, std::vector<Problem>& problems) {
  bool all = true;
  std::set<std::string> opened;
  const auto open = [&](const PluginPath& plugin) {
    if (!opened.insert(plugin.path).second) return;
    const std::string defect = modules.open(plugin.path);
    if (defect.empty()) return;
    problems.push_back(Problem::error(plugin.place, "PS0858", defect));
    all = false;
  };
  for (const PluginPath& plugin : plugins) open(plugin);
  if (!plugins.empty()) return all;
  const std::string path = default_plugin();
  if (path.empty()) {
    problems.push_back(
        Problem::error({}, "PS0857",
                       "libpenstock.so not found next to this program or in ../lib/penstock; name it "
                       "with -e"));
    return false;
  }
  open({path, {}});
  return all;
}

LoadedConfig load_config(const std::string& conf_file, const std::vector<std::string>& plugins) {
  LoadedConfig out;
  const Conf conf = read_conf(conf_file, environment_variable);
  out.problems = conf.problems;
  out.settings = read_settings(conf, out.problems);
  std::vector<PluginPath> paths;
  paths.reserve(plugins.size());
  for (const std::string& plugin : plugins) paths.push_back({plugin, {}});
  for (const Entry& plugin : named_plugins(conf, environment_variable, ConfFor::kHost, out.problems))
    paths.push_back({relative_to(plugin.place.file, plugin.value), plugin.place});
  PlanOptions options;
  for (PluginPath& plugin : paths) {
    const AgentFile* const file = agent_file(plugin.path);
    if (file == nullptr) continue;
    plugin.path = library_next_to(plugin.path);
    if (file->kind == PENSTOCK_INPUT) options.inputs_transform = true;
    if (!plugins.empty() && !plugin.place.file.empty()) plugin.path.clear();
  }
  std::erase_if(paths, [](const PluginPath& plugin) { return plugin.path.empty(); });
  options.report_unknown_stages = open_plugins(paths, out.modules, out.problems);
  out.plan = make_plan(conf, out.modules, options);
  std::vector<Problem>& more = out.plan.problems;
  out.problems.insert(out.problems.end(), std::make_move_iterator(more.begin()),
                      std::make_move_iterator(more.end()));
  if (out.settings.stats_format == StatsFormat::emf)
    for (const StagePlan& output : out.plan.outputs)
      if (std::string_view(output.stage->id) == "stdout")
        out.problems.push_back(Problem::error(output.place, "PS0859",
                                              "the output stdout and Stats_Format emf both write to standard "
                                              "output, where CloudWatch would take the "
                                              "records for metrics; remove one of them"));
  std::vector<FileUse> files;
  size_t sections = 0;
  for (const auto* stages : {&out.plan.inputs, &out.plan.filters, &out.plan.outputs})
    for (const StagePlan& stage : *stages) add_file_uses(*stage.stage, stage.options, ++sections, files);
  check_file_uses(files, out.problems);
  // A line that could not be read may name the stream that is meant.
  if (!has_errors(conf.problems))
    for (Problem& loop : stream_loops(out.plan)) out.problems.push_back(std::move(loop));
  sort_by_place(out.problems);
  return out;
}

void print_problems(const std::vector<Problem>& problems) {
  for (const Problem& problem : problems) {
    const std::string line = to_line(problem) + "\n";
    std::fputs(line.c_str(), stderr);
  }
}

}  // namespace penstock::host
