#include "bench/fluent_bit_agent.h"

#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "bench/cpu_time.h"
#include "tests/e2e/child_process.h"

namespace penstock {

namespace {

constexpr int kMaxSeconds = 120;  // for one run

double now_s() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Only children that have ended count, so a sink that runs in one does not.
double ended_children_cpu_s() {
  const ProcessCpu used = process_cpu(RUSAGE_CHILDREN);
  return used.user_s + used.system_s;
}

}  // namespace

std::string fluent_bit_program(const char* benchmark) {
  const char* const program = std::getenv("FLUENT_BIT");
  if (program != nullptr) return program;
  std::printf("skipped: %s inside Fluent Bit, because the variable FLUENT_BIT does not name the agent\n",
              benchmark);
  return {};
}

FluentBitAgent::FluentBitAgent(std::string program, const std::string& our_file) : program_(std::move(program)) {
  const char* const folder = std::getenv("PENSTOCK_TEST_FILES");
  const std::string path = folder != nullptr ? folder + our_file.substr(our_file.rfind('/')) : our_file;
  e2e::write_file(folder_.path("plugins.conf"), "[PLUGINS]\n    Path " + path + "\n");
  set_parsers("");
}

void FluentBitAgent::set_lines(const std::string& lines) const { e2e::write_file(folder_.path("lines"), lines); }

void FluentBitAgent::set_parsers(const std::string& parsers) const {
  e2e::write_file(folder_.path("parsers.conf"), parsers);
}

FluentBitAgent::Run FluentBitAgent::run(const std::string& sections, const std::function<bool()>& has_all) const {
  const std::string conf = folder_.path("agent.conf");
  e2e::write_file(conf, "[SERVICE]\n    Flush 1\n    Grace 60\n    Log_Level info\n    Plugins_File " +
                            folder_.path("plugins.conf") + "\n    Parsers_File " + folder_.path("parsers.conf") +
                            "\n[INPUT]\n    Name tail\n    Path " + folder_.path("lines") +
                            "\n    Read_from_Head on\n    Exit_On_Eof on\n    Tag lines\n" + sections);
  const double cpu_before_s = ended_children_cpu_s();
  const double start_s = now_s();
  double end_s = 0;
  e2e::ChildProcess agent(program_, {"-c", conf}, folder_.path("agent.log"));
  if (has_all) {
    if (!agent.until(has_all, kMaxSeconds, 1) && !has_all()) give_up("the agent did not deliver all records");
    end_s = now_s();
  }
  if (agent.wait(kMaxSeconds) != 0) give_up("the agent failed");
  return {ended_children_cpu_s() - cpu_before_s, end_s - start_s};
}

void FluentBitAgent::give_up(const char* text) const {
  std::fprintf(stderr, "%s:\n%s\n", text, e2e::read_file(folder_.path("agent.log")).c_str());
  std::exit(2);
}

}  // namespace penstock
