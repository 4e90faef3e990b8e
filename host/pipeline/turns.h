// The calls of one turn of the loop: those that the instances of a pipeline are due for.
#pragma once

#include <cstdint>
#include <vector>

#include "client/pacing.h"
#include "host/pipeline/pipeline.h"

namespace penstock::host {

class Turns {
 public:
  // REQUIRES: the pipeline is open, and outlives this.
  explicit Turns(Pipeline& pipeline);

  // Pumps the outputs, polls the inputs, or pumps them while they are blocked or polling is false, and delivers
  // acknowledgments. Returns whether an input emitted a batch or failed.
  bool turn(bool polling, int64_t now_ms);

  // Returns when the next turn is due if no descriptor becomes readable before; INT64_MAX: never.
  int64_t next_ms(int64_t now_ms) const;

  // Returns the schedule of each instance, valid as long as this.
  std::vector<client::Pacing*> pacings();

 private:
  void turn_output(Output& output, client::Pacing& pacing, int64_t now_ms);
  bool turn_input(Input& input, client::InputPacing& pacing, bool polling, int64_t now_ms);

  Pipeline& pipeline_;
  std::vector<client::InputPacing> input_pacings_;
  std::vector<client::Pacing> output_pacings_;
};

}  // namespace penstock::host
