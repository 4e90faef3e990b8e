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
  size_t zlib(logs::Inflater);         // plain zlib, the yardstick: no pre-sizing, no checks but zlib's own
  size_t gunzip(logs::Inflater);       // our way to it
  size_t split(logs::Inflater);        // + into log events
  size_t filter(logs::Inflater);       // + into records
  size_t put_records(logs::Inflater);  // + into signed PutRecords calls

  double text_bytes() const { return text_bytes_; }  // of JSON, in a pass
  double events() const { return events_; }
  // What the corpus is, as it was made.
  void print_corpus() const;

 private:
  struct Decoder {
    explicit Decoder(logs::Inflater inflater);
    logs::Gunzip gunzip;
    logs::SubscriptionReader reader;
  };
  Decoder& decoder(logs::Inflater inflater) {
    return inflater == logs::Inflater::zlib ? by_zlib_ : by_libdeflate_;
  }

  std::vector<CorpusMessage> corpus_;
  double text_bytes_ = 0;
  double gzip_bytes_ = 0;
  double events_ = 0;
  TextBuffer text_;
  Decoder by_zlib_{logs::Inflater::zlib};
  Decoder by_libdeflate_{logs::Inflater::libdeflate};
  logs::LambdaFilter filter_;
};

struct Stage {
  const char* name;
  size_t (Stages::*run)(logs::Inflater);
  logs::Inflater inflater;
  double bar = 0;  // of its time, zlib's being 1; 0: none
};

inline constexpr std::array kStages = {
    Stage{"zlib's inflate alone", &Stages::zlib, logs::Inflater::zlib},
    Stage{"libdeflate: gunzip", &Stages::gunzip, logs::Inflater::libdeflate},
    Stage{"  + split", &Stages::split, logs::Inflater::libdeflate},
    Stage{"  + split + filter", &Stages::filter, logs::Inflater::libdeflate, 1.0},
    Stage{"  + split + filter + put", &Stages::put_records, logs::Inflater::libdeflate},
    Stage{"zlib: gunzip", &Stages::gunzip, logs::Inflater::zlib},
    Stage{"  + split", &Stages::split, logs::Inflater::zlib},
    Stage{"  + split + filter", &Stages::filter, logs::Inflater::zlib, 1.8},
    Stage{"  + split + filter + put", &Stages::put_records, logs::Inflater::zlib},
};

}  // namespace penstock
