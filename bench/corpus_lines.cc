// Prints the corpus for programs that are compared with Penstock: each message as base64 of gzip, on one line.
#include <cstdio>

#include "base/base64.h"
#include "bench/corpus.h"

int main() {
  for (const penstock::CorpusMessage& message : penstock::make_corpus())
    std::printf("%s\n", penstock::base64(message.gzip).c_str());
}
