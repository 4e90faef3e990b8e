// The real Fluent Bit as a process, with the three files of ours as they are built. FLUENT_BIT is its path;
// without it these tests are skipped.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/e2e/child_process.h"
#include "tests/e2e/deployment.h"

namespace penstock::e2e {

// The environment's FLUENT_BIT; "": not set.
std::string fluent_bit();

// A conf for the agent, which is written when it is started.
class AgentConf {
 public:
  explicit AgentConf(const Deployment& deployment);

  // The whole [SERVICE], over what every agent here has: the three files, Flush 1, storage.path in the folder.
  OptionList service;
  std::vector<std::pair<std::string, OptionList>> sections;  // {"INPUT", ...}, in order

  // Our input with a checkpoint and the deployment's input stream, our output with its output stream.
  OptionList& add_input(const OptionList& more = {});
  OptionList& add_output(const OptionList& more = {});

  std::string write(const std::string& name = "agent.conf") const;

 private:
  const Deployment& deployment_;
};

// A conf file of conf/fluent-bit/ as it is, but for the place of the plugins and the endpoint: copied into the
// deployment's folder. Returns its path.
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
