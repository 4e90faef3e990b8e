// The agent as a program that can be killed: our input, and our output if it has a section. Before append returns,
// what the input appends is in the journal of the run, a file in the folder, as with storage.type filesystem.
// usage: fluentbit_agent_program FOLDER INPUT_KEY=VALUE... [-- OUTPUT_KEY=VALUE...]
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "tests/fluentbit/agent_input.h"
#include "tests/fluentbit/agent_output.h"
#include "tests/fluentbit/log_book.h"

using penstock::test_agent::Chunk;
using penstock::test_agent::Input;
using penstock::test_agent::Output;
using penstock::test_agent::Properties;
using penstock::test_agent::ProxyFile;

namespace {

int fail() {
  std::fputs(penstock::test_agent::log_book().all().c_str(), stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  std::vector<Properties> sections(1);
  for (int i = 2; i < argc; ++i) {
    const std::string option = argv[i];
    const size_t equals = option.find('=');
    if (option == "--")
      sections.emplace_back();
    else
      sections.back().emplace_back(option.substr(0, equals), option.substr(equals + 1));
  }
  const std::string path = argv[1] + std::string("/journal-") + std::to_string(getpid());
  const int journal = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  penstock::test_agent::WorkThread pipeline("flb-pipeline");
  ProxyFile in(penstock::test_agent::k5_1_1, PENSTOCK_IN_KINESIS),
      out(penstock::test_agent::k5_1_1, PENSTOCK_OUT_KINESIS);
  std::optional<Output> output;
  if (sections.size() > 1 && output.emplace(out, pipeline, sections[1]).init() <= 0) return fail();
  Input input(in, pipeline, sections[0]);
  input.accept_if([n = 0, journal](const Chunk& chunk) mutable {
    if (++n % 4 == 0) return false;
    return write(journal, chunk.data.data(), chunk.data.size()) == static_cast<ssize_t>(chunk.data.size());
  });
  if (journal < 0 || input.init() <= 0) return fail();
  while (true) {
    input.collect();
    for (const Chunk& chunk : input.take())
      while (output && output->flush(chunk) != penstock::test_agent::kFlushOk) {
      }
    poll(nullptr, 0, 2);
  }
}
