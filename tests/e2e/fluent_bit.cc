#include "tests/e2e/fluent_bit.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>

namespace penstock::e2e {

std::string fluent_bit() {
  const char* const path = std::getenv("FLUENT_BIT");
  return path != nullptr ? path : "";
}

namespace {

// Returns the path of a shared object that was built, or of that name in the folder PENSTOCK_TEST_FILES.
std::string agent_file(const std::filesystem::path& built) {
  const char* const folder = std::getenv("PENSTOCK_TEST_FILES");
  return folder != nullptr ? std::string(folder) + "/" + built.filename().string() : built.string();
}

}  // namespace

AgentConf::AgentConf(const Deployment& deployment) : deployment_(deployment) {
  service = {{"Flush", "1"},           {"Grace", "5"},
             {"Log_Level", "info"},    {"storage.path", deployment.folder.path("chunks")},
             {"storage.sync", "full"}, {"Plugins_File", deployment.folder.path("plugins.conf")}};
}

OptionList& AgentConf::add_input(const OptionList& more) {
  OptionList options = {{"Name", "penstock_kinesis"}, {"Tag", "logs"}};
  const OptionList ours = deployment_.input_options();
  options.insert(options.end(), ours.begin(), ours.end());
  options.insert(options.end(), more.begin(), more.end());
  sections.emplace_back("INPUT", std::move(options));
  return sections.back().second;
}

OptionList& AgentConf::add_output(const OptionList& more) {
  OptionList options = {{"Name", "penstock_kinesis"}, {"Match", "*"}, {"Retry_Limit", "no_limits"}};
  const OptionList ours = deployment_.output_options();
  options.insert(options.end(), ours.begin(), ours.end());
  options.insert(options.end(), more.begin(), more.end());
  sections.emplace_back("OUTPUT", std::move(options));
  return sections.back().second;
}

std::string AgentConf::write(const std::string& name) const {
  write_file(deployment_.folder.path("plugins.conf"), "[PLUGINS]\n    Path " + agent_file(PENSTOCK_IN_KINESIS) +
                                                          "\n    Path " + agent_file(PENSTOCK_OUT_KINESIS) +
                                                          "\n    Path " + agent_file(PENSTOCK_FILTER_LAMBDA_LOGS) +
                                                          "\n");
  std::string path = deployment_.folder.path(name);
  std::ofstream conf(path);
  const auto section = [&](const std::string& header, const OptionList& options) {
    conf << '[' << header << "]\n";
    for (const auto& [key, value] : options) conf << "    " << key << ' ' << value << '\n';
  };
  section("SERVICE", service);
  for (const auto& [header, options] : sections) section(header, options);
  return path;
}

std::string adapted_conf(const Deployment& deployment, const std::string& name) {
  const std::string folder = std::filesystem::path(agent_file(PENSTOCK_IN_KINESIS)).parent_path();
  for (const std::string& file : {std::string("plugins.conf"), name}) {
    std::string text = read_file(std::string(PENSTOCK_CONF) + "/" + file);
    text = std::regex_replace(text, std::regex("/usr/lib/penstock"), folder);
    text = std::regex_replace(text, std::regex("/usr/share/penstock/fluent-bit/"), deployment.folder.path(""));
    text = std::regex_replace(text, std::regex("\n( +)stream( +)"),
                              "\n$1endpoint$2" + deployment.server.url() + "\n$1stream$2");
    text = std::regex_replace(text, std::regex("\n( +)stream:"),
                              "\n$1endpoint: " + deployment.server.url() + "\n$1stream:");
    text =
        std::regex_replace(text, std::regex("STATE: /var/lib/penstock"), "STATE: " + deployment.folder.path(""));
    write_file(deployment.folder.path(file), text);
  }
  return deployment.folder.path(name);
}

Agent::Agent(const Deployment& deployment, const std::string& conf,
             const std::vector<std::string>& more_environment)
    : ChildProcess(fluent_bit(), {"-c", conf}, deployment.folder.path("agent.log"), more_environment),
      log_file_(deployment.folder.path("agent.log")) {}

}  // namespace penstock::e2e
