// The agent with our input as a program that can be killed. What it has accepted is in the journal before append
// returns, as with storage.type filesystem.
// usage: fluentbit_agent_program JOURNAL KEY=VALUE...
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/fluentbit/agent_input.h"
#include "tests/fluentbit/log_book.h"

using namespace penstock::test_agent;

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  Properties section;
  for (int i = 2; i < argc; ++i) {
    const std::string option = argv[i];
    const size_t equals = option.find('=');
    section.emplace_back(option.substr(0, equals), option.substr(equals + 1));
  }
  const int journal = open(argv[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  WorkThread pipeline("flb-pipeline");
  ProxyFile file(k5_1_1, PENSTOCK_IN_KINESIS);
  Input input(file, pipeline, section);
  input.accept_if([n = 0, journal](const Chunk& chunk) mutable {
    if (++n % 4 == 0) return false;
    return write(journal, chunk.data.data(), chunk.data.size()) == static_cast<ssize_t>(chunk.data.size());
  });
  if (journal < 0 || input.init() <= 0) {
    std::fputs(log_book().all().c_str(), stderr);
    return 2;
  }
  while (true) {
    input.collect();
    input.take();
    poll(nullptr, 0, 2);
  }
}
