#include "host/pipeline/turns.h"

#include <algorithm>

namespace penstock::host {

Turns::Turns(Pipeline& pipeline) : pipeline_(pipeline) {
  for (const Input& input : pipeline.inputs()) input_pacings_.emplace_back(input.stage->instance);
  for (const Output& output : pipeline.outputs()) output_pacings_.emplace_back(output.stage->instance);
}

bool Turns::turn(bool polling, int64_t now_ms) {
  bool active = false;
  for (size_t i = 0; i < output_pacings_.size(); ++i)
    turn_output(pipeline_.outputs()[i], output_pacings_[i], now_ms);
  pipeline_.deliver_acks(now_ms);
  for (size_t i = 0; i < input_pacings_.size(); ++i)
    if (turn_input(pipeline_.inputs()[i], input_pacings_[i], polling, now_ms)) active = true;
  pipeline_.deliver_acks(now_ms);  // batches that the filters dropped completely
  return active;
}

void Turns::turn_output(Output& output, client::Pacing& pacing, int64_t now_ms) {
  if (output.written || pacing.due(now_ms)) pacing.on_called(pipeline_.pump(output, now_ms), now_ms);
}

bool Turns::turn_input(Input& input, client::InputPacing& pacing, bool polling, int64_t now_ms) {
  using Call = client::InputPacing::Call;
  const Call call = pacing.next_call(!polling || input.ended || input.blocked(), now_ms);
  if (call == Call::pump) {
    pipeline_.pump(input, now_ms);
    pacing.on_pumped(now_ms);
  }
  if (call != Call::poll) return false;
  const int64_t emitted = input.batches_emitted;
  const int32_t result = pipeline_.poll(input, now_ms);
  pacing.on_polled(result, input.refused, now_ms);
  return result < 0 || input.batches_emitted != emitted;
}

int64_t Turns::next_ms(int64_t now_ms) const {
  int64_t next_ms = pipeline_.has_unacked() ? now_ms + client::Pacing::kAfterFailureMs : INT64_MAX;
  for (const Output& output : pipeline_.outputs())
    if (output.written) return now_ms;
  for (const client::InputPacing& pacing : input_pacings_) next_ms = std::min(next_ms, pacing.next_ms(now_ms));
  for (const client::Pacing& pacing : output_pacings_) next_ms = std::min(next_ms, pacing.next_ms(now_ms));
  return next_ms;
}

std::vector<client::Pacing*> Turns::pacings() {
  std::vector<client::Pacing*> out;
  for (client::InputPacing& pacing : input_pacings_) out.push_back(&pacing);
  for (client::Pacing& pacing : output_pacings_) out.push_back(&pacing);
  return out;
}

}  // namespace penstock::host
