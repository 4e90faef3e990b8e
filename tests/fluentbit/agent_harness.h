// What the tests of the files share: the files in an agent, the model of Kinesis, what has arrived.
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
  ~Agent();  // what a file wrote past the end of anything, or from a thread of its own to the log, fails the test

  WorkThread pipeline{"flb-pipeline"};
  ProxyFile in;
  ProxyFile out;
};

// Looks every few milliseconds whether it is done; false if half a minute was not enough.
bool until(const std::function<bool()>& done);

// The base of sections for the stream "in" or "out", and others behind it; a later key takes the place of an
// earlier.
Properties with(Properties base, const Properties& more);
// As Deployment has it, without a thread of its own.
Properties input_section(const e2e::Deployment& deployment, const Properties& more = {});
Properties output_section(const e2e::Deployment& deployment, const Properties& more = {});

// How often each event came out of an input.
class Arrived {
 public:
  void add(const std::vector<Chunk>& chunks);

  size_t events() const { return total_; }
  bool holds(const std::set<std::string>& ids) const;
  int copies() const { return static_cast<int>(total_ - times_.size()); }  // over one of each
  const std::map<std::string, int>& times() const { return times_; }
  const std::set<std::string>& tags() const { return tags_; }

 private:
  size_t total_ = 0;
  std::map<std::string, int> times_;
  std::set<std::string> tags_;
};

// Has the input collect, again and again, until that much more has arrived; false if it does not come.
bool collect(Input& input, Arrived& arrived, const std::set<std::string>& ids);

// Has the next instance of the input read on from the checkpoint, to a record put behind all others: the ids that
// it gave. The input stream has one shard.
std::map<std::string, int> read_by_the_next(e2e::Deployment& deployment, Agent& agent);

}  // namespace penstock::test_agent
