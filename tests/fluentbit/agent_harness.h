// Shared by the tests of the Fluent Bit files: the files in an agent, the model of Kinesis, what has arrived.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/e2e/deployment.h"
#include "tests/fluentbit/agent_filter.h"
#include "tests/fluentbit/agent_input.h"
#include "tests/fluentbit/agent_output.h"
#include "tests/fluentbit/log_book.h"
#include "tests/fluentbit/msgpack.h"
#include "tests/fluentbit/proxy_file.h"

namespace penstock::test_agent {

// A run of the agent, up to hot reload: its pipeline's thread and our files in it. Its log is empty at the start.
class Agent {
 public:
  explicit Agent(const Version& version = k5_1_1);
  ~Agent();  // fails the test if a file wrote past the end of anything, or wrote to the log from a thread of its
             // own

  WorkThread pipeline{"flb-pipeline"};
  ProxyFile in;
  ProxyFile out;
};

// Calls `done` every few milliseconds until it returns true. Returns false after 30 s.
bool until(const std::function<bool()>& done);

// Returns `base`, the section for the stream "in" or "out", with `more` appended; a later key replaces an earlier
// one.
Properties with(Properties base, const Properties& more);
// Returns the section for the deployment's input, without a thread of its own.
Properties input_section(const e2e::Deployment& deployment, const Properties& more = {});
Properties output_section(const e2e::Deployment& deployment, const Properties& more = {});

// Counts how often each event came out of an input.
class Arrived {
 public:
  void add(const std::vector<Chunk>& chunks);

  size_t events() const { return total_; }
  bool holds(const std::set<std::string>& ids) const;
  int copies() const { return static_cast<int>(total_ - times_.size()); }  // beyond the first of each
  const std::map<std::string, int>& times() const { return times_; }
  const std::set<std::string>& tags() const { return tags_; }

 private:
  size_t total_ = 0;
  std::map<std::string, int> times_;
  std::set<std::string> tags_;
};

// Makes the input collect repeatedly until these events have arrived. Returns false if they do not.
bool collect(Input& input, Arrived& arrived, const std::set<std::string>& ids);

// Puts a last record into the input stream, and has the next instance of the input read from the checkpoint up to
// it. Returns how often each ID arrived. REQUIRES: the input stream has one shard.
std::map<std::string, int> read_by_the_next(e2e::Deployment& deployment, Agent& agent);

}  // namespace penstock::test_agent
