// What is measured: a corpus through the stages of the pipeline, each with those before it.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "bench/corpus.h"
#include "core/logs/gunzip.h"
#include "core/logs/lambda_filter.h"
#include "core/logs/subscription.h"

namespace penstock {

class Stages {
 public:
  explicit Stages(std::vector<CorpusMessage> corpus);

  // One pass over the whole corpus. Returns a number that depends on the work, so that none is left out.
  size_t zlib();         // plain zlib, the yardstick: no pre-sizing, no checks but zlib's own
  size_t gunzip();       // our way to it
  size_t split();        // + into log events
  size_t filter();       // + into records
  size_t put_records();  // + into signed PutRecords calls

  double text_bytes() const { return text_bytes_; }  // of JSON, in a pass
  double events() const { return events_; }
  // What the corpus is, as it was made.
  void print_corpus() const;

 private:
  std::vector<CorpusMessage> corpus_;
  double text_bytes_ = 0;
  double gzip_bytes_ = 0;
  double events_ = 0;
  TextBuffer text_;
  Gunzip gunzip_;
  SubscriptionReader reader_;
  LambdaFilter filter_;
};

struct Stage {
  const char* name;
  size_t (Stages::*run)();
};

inline constexpr std::array kStages = {
    Stage{"zlib", &Stages::zlib},
    Stage{"gunzip", &Stages::gunzip},
    Stage{"gunzip_split", &Stages::split},
    Stage{"gunzip_split_filter", &Stages::filter},
    Stage{"gunzip_split_filter_put", &Stages::put_records},
};

}  // namespace penstock
