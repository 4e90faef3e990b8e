// The benchmark of the pipeline's stages on a corpus. Each stage is measured together with those before it.
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

  // Each runs one pass over the whole corpus. Returns a number that depends on the work, so that the compiler
  // cannot remove it.
  size_t zlib(logs::Inflater);         // plain zlib, the reference: no pre-sizing, no checks except zlib's own
  size_t gunzip(logs::Inflater);       // our decompression
  size_t split(logs::Inflater);        // + split into log events
  size_t filter(logs::Inflater);       // + filter into records
  size_t put_records(logs::Inflater);  // + build signed PutRecords calls

  double text_bytes() const { return text_bytes_; }  // bytes of JSON in one pass
  double events() const { return events_; }
  // Prints the size and composition of the corpus.
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
  double bar = 0;  // maximum time relative to zlib's inflate alone; 0: no limit
};

inline constexpr std::array kStages = {
    Stage{"zlib's inflate alone", &Stages::zlib, logs::Inflater::zlib},
    Stage{"libdeflate: gunzip", &Stages::gunzip, logs::Inflater::libdeflate},
    Stage{"  + split", &Stages::split, logs::Inflater::libdeflate},
    Stage{"  + split + filter", &Stages::filter, logs::Inflater::libdeflate, 0.75},
    Stage{"  + split + filter + put", &Stages::put_records, logs::Inflater::libdeflate},
    Stage{"zlib: gunzip", &Stages::gunzip, logs::Inflater::zlib},
    Stage{"  + split", &Stages::split, logs::Inflater::zlib},
    Stage{"  + split + filter", &Stages::filter, logs::Inflater::zlib, 1.8},
    Stage{"  + split + filter + put", &Stages::put_records, logs::Inflater::zlib},
};

}  // namespace penstock
