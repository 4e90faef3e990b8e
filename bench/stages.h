// What is measured: a corpus through the stages of the pipeline, each with those before it.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "bench/corpus.h"
#include "core/logs/decode/gunzip.h"
#include "core/logs/decode/subscription.h"
#include "core/logs/record/lambda_filter.h"

namespace penstock {

class Stages {
 public:
  explicit Stages(std::vector<CorpusMessage> corpus);

  // One pass over the whole corpus. Returns a number that depends on the work, so that none is left out.
  size_t zlib(Inflater);         // plain zlib, the yardstick: no pre-sizing, no checks but zlib's own
  size_t gunzip(Inflater);       // our way to it
  size_t split(Inflater);        // + into log events
  size_t filter(Inflater);       // + into records
  size_t put_records(Inflater);  // + into signed PutRecords calls

  double text_bytes() const { return text_bytes_; }  // of JSON, in a pass
  double events() const { return events_; }
  // What the corpus is, as it was made.
  void print_corpus() const;

 private:
  struct Decoder {
    explicit Decoder(Inflater inflater);
    Gunzip gunzip;
    SubscriptionReader reader;
  };
  Decoder& decoder(Inflater inflater) { return inflater == Inflater::zlib ? by_zlib_ : by_libdeflate_; }

  std::vector<CorpusMessage> corpus_;
  double text_bytes_ = 0;
  double gzip_bytes_ = 0;
  double events_ = 0;
  TextBuffer text_;
  Decoder by_zlib_{Inflater::zlib};
  Decoder by_libdeflate_{Inflater::libdeflate};
  LambdaFilter filter_;
};

struct Stage {
  const char* name;
  size_t (Stages::*run)(Inflater);
  Inflater inflater;
  double bar = 0;  // of its time, zlib's being 1; 0: none
};

inline constexpr std::array kStages = {
    Stage{"zlib's inflate alone", &Stages::zlib, Inflater::zlib},
    Stage{"libdeflate: gunzip", &Stages::gunzip, Inflater::libdeflate},
    Stage{"  + split", &Stages::split, Inflater::libdeflate},
    Stage{"  + split + filter", &Stages::filter, Inflater::libdeflate, 1.0},
    Stage{"  + split + filter + put", &Stages::put_records, Inflater::libdeflate},
    Stage{"zlib: gunzip", &Stages::gunzip, Inflater::zlib},
    Stage{"  + split", &Stages::split, Inflater::zlib},
    Stage{"  + split + filter", &Stages::filter, Inflater::zlib, 1.8},
    Stage{"  + split + filter + put", &Stages::put_records, Inflater::zlib},
};

}  // namespace penstock
