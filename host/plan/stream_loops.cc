#include "host/plan/stream_loops.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <future>
#include <map>
#include <string>
#include <utility>

#include "base/coded_text.h"
#include "host/plan/match.h"
#include "host/plan/stage_command.h"

namespace penstock::host {

namespace {

// Records of the stream `from` go to the stream `to`.
struct Way {
  const StagePlan* input;
  const StagePlan* output;
  std::string from;
  std::string to;
};

bool is_same(const std::string& a, const std::string& b) { return a == b; }
// "*" in a name is a part that only the service knows.
bool may_be_same(const std::string& a, const std::string& b) { return wildcard_fits(a, b) || wildcard_fits(b, a); }
using Same = bool (*)(const std::string& a, const std::string& b);

std::vector<Way> ways_of(const Plan& plan, const std::vector<StageLines>& inputs,
                         const std::vector<StageLines>& outputs) {
  std::vector<Way> ways;
  for (size_t input = 0; input < plan.routes.size(); ++input) {
    for (const size_t output : plan.routes[input].outputs) {
      for (const std::string& from : inputs[input].lines)
        for (const std::string& to : outputs[output].lines)
          ways.push_back({&plan.inputs[input], &plan.outputs[output], from, to});
    }
  }
  return ways;
}

// Returns the shortest path from the end of a way back to its beginning, as indexes; empty if none exists.
std::vector<size_t> loop_from(const std::vector<Way>& ways, size_t first, Same same) {
  std::vector<size_t> before(ways.size(), ways.size());
  std::vector<size_t> reached = {first};
  for (size_t i = 0; i < reached.size(); ++i) {
    const size_t at = reached[i];
    if (same(ways[at].to, ways[first].from)) {
      std::vector<size_t> loop = {at};
      while (loop.back() != first) loop.push_back(before[loop.back()]);
      std::reverse(loop.begin(), loop.end());
      return loop;
    }
    for (size_t next = 0; next < ways.size(); ++next) {
      if (next == first || before[next] != ways.size() || !same(ways[at].to, ways[next].from)) continue;
      before[next] = at;
      reached.push_back(next);
    }
  }
  return {};
}

// Returns each loop once: at the way that comes first in the order of the conf.
std::vector<std::vector<size_t>> loops_in(const std::vector<Way>& ways, Same same) {
  std::vector<std::vector<size_t>> loops;
  for (size_t first = 0; first < ways.size(); ++first) {
    std::vector<size_t> loop = loop_from(ways, first, same);
    if (!loop.empty() && *std::min_element(loop.begin(), loop.end()) == first) loops.push_back(std::move(loop));
  }
  return loops;
}

std::string in_words(const std::vector<Way>& ways, const std::vector<size_t>& loop) {
  std::string text;
  for (const size_t i : loop) {
    const Way& way = ways[i];
    text += (text.empty() ? "" : ", and ") + way.input->label + " reads stream " + way.from + " and " +
            way.output->label + " writes its records to " + (way.from == way.to ? "the same stream" : way.to);
  }
  return text;
}

constexpr const char* kAdvice =
    "; set another stream, set stream_arn if the stream is in another account, or change Match";

std::vector<Problem> errors_of(const std::vector<Way>& ways) {
  std::vector<Problem> problems;
  for (const std::vector<size_t>& loop : loops_in(ways, is_same)) {
    problems.push_back(Problem::error(
        ways[loop.front()].output->place, "PS0854",
        "each record would be read and written again endlessly: " + in_words(ways, loop) + kAdvice));
  }
  return problems;
}

std::vector<StageLines> streams_of(const std::vector<StagePlan>& stages) {
  std::vector<StageLines> out;
  out.reserve(stages.size());
  for (const StagePlan& stage : stages) out.push_back(run_stage_command(stage, "streams", {}));
  return out;
}

struct Resolution {
  StageLines streams;
  bool known = true;
  std::string reason = {};  // why the streams are not known
  bool retryable = false;
};

// Asks the service for the account in place of "*".
Resolution resolve(const StagePlan& stage, const StageLines& streams) {
  const auto is_open = [](const std::string& line) { return line.find('*') != std::string::npos; };
  if (std::none_of(streams.lines.begin(), streams.lines.end(), is_open)) return {streams};
  Resolution out{run_stage_command(stage, "streams", {{"resolve", "on", stage.place}})};
  const std::string& error = out.streams.error;
  out.known = error.empty() && std::none_of(out.streams.lines.begin(), out.streams.lines.end(), is_open);
  if (out.known) return out;
  out.reason = error.empty() ? "DescribeStreamSummary is not permitted" : error;
  out.retryable = out.streams.retryable && !error.empty();
  return out;
}

}  // namespace

std::vector<Problem> stream_loops(const Plan& plan) {
  return errors_of(ways_of(plan, streams_of(plan.inputs), streams_of(plan.outputs)));
}

std::vector<Problem> possible_stream_loops(const Plan& plan) {
  std::vector<Way> ways = ways_of(plan, streams_of(plan.inputs), streams_of(plan.outputs));
  // Only the service knows the stream of a queue: it is unknown before the program runs, and no option names it.
  std::erase_if(ways, [](const Way& way) { return way.from.starts_with("* "); });
  std::vector<Problem> problems;
  for (const std::vector<size_t>& loop : loops_in(ways, may_be_same)) {
    problems.push_back(
        Problem::warning(ways[loop.front()].output->place, "PS0855",
                         "records may return to the stream from which they were read: " + in_words(ways, loop) +
                             "; set stream_arn in each section, so that this can be checked"));
  }
  return problems;
}

std::vector<Problem> undecided_stream_loops(const Plan& plan) {
  std::vector<StageLines> inputs = streams_of(plan.inputs);
  std::vector<StageLines> outputs = streams_of(plan.outputs);
  const std::vector<Way> ways = ways_of(plan, inputs, outputs);
  const std::vector<std::vector<size_t>> loops = loops_in(ways, may_be_same);
  // All at the same time, so that the timeouts of unreachable services do not add up.
  std::map<const StagePlan*, std::future<Resolution>> asked;
  const auto ask = [&](const StagePlan* stage, const StageLines& streams) {
    if (!asked.contains(stage))
      asked[stage] = std::async(std::launch::async, resolve, std::cref(*stage), std::cref(streams));
  };
  const auto streams_read = [&](const Way& way) -> StageLines& {
    return inputs[static_cast<size_t>(way.input - plan.inputs.data())];
  };
  const auto streams_written = [&](const Way& way) -> StageLines& {
    return outputs[static_cast<size_t>(way.output - plan.outputs.data())];
  };
  for (const std::vector<size_t>& loop : loops) {
    for (const size_t i : loop) {
      ask(ways[i].input, streams_read(ways[i]));
      ask(ways[i].output, streams_written(ways[i]));
    }
  }
  std::vector<Problem> problems;
  const auto wait_for = [&](const StagePlan* stage, StageLines& streams, const std::vector<size_t>& loop) {
    std::future<Resolution>& answer = asked[stage];
    if (!answer.valid()) return;
    Resolution resolution = answer.get();
    streams = std::move(resolution.streams);
    if (resolution.known) return;
    // The reason may have a code of its own, but this problem has another remedy.
    const std::string text =
        "cannot check whether records would return to the stream from which they were read (" +
        in_words(ways, loop) + "): " + std::string(split_code(resolution.reason).text) +
        "; set stream_arn in each section";
    problems.push_back(resolution.retryable ? Problem::error(stage->place, "PS0856", text)
                                            : Problem::warning(stage->place, "PS0856", text));
  };
  for (const std::vector<size_t>& loop : loops) {
    for (const size_t i : loop) {
      wait_for(ways[i].input, streams_read(ways[i]), loop);
      wait_for(ways[i].output, streams_written(ways[i]), loop);
    }
  }
  for (Problem& loop : errors_of(ways_of(plan, inputs, outputs))) problems.push_back(std::move(loop));
  return problems;
}

}  // namespace penstock::host
