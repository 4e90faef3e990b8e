// The real Fluent Bit in a child process, with our three files from the build. The environment variable FLUENT_BIT
// is its path; without it these tests are skipped.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/e2e/child_process.h"
#include "tests/e2e/deployment.h"

namespace penstock::e2e {

// Returns the environment variable FLUENT_BIT, or "" if it is not set.
std::string fluent_bit();

// A conf for the agent, written to a file when the agent starts.
class AgentConf {
 public:
  explicit AgentConf(const Deployment& deployment);

  // The whole [SERVICE] section. It starts with what every agent here has: the three files, Flush 1, storage.path
  // in the folder.
  OptionList service;
  std::vector<std::pair<std::string, OptionList>> sections;  // {"INPUT", ...}, in order

  // Add our input with a checkpoint and the deployment's input stream, and our output with its output stream.
  OptionList& add_input(const OptionList& more = {});
  OptionList& add_output(const OptionList& more = {});

  std::string write(const std::string& name = "agent.conf") const;

 private:
  const Deployment& deployment_;
};

// Copies a conf file from conf/fluent-bit/ into the deployment's folder, with only the paths of the plugins and
// the endpoint changed. Returns the path of the copy.
std::string adapted_conf(const Deployment& deployment, const std::string& name);

class Agent : public ChildProcess {
 public:
  Agent(const Deployment& deployment, const std::string& conf,
        const std::vector<std::string>& more_environment = {});
  const std::string& log_file() const { return log_file_; }

 private:
  std::string log_file_;
};

}  // namespace penstock::e2e
