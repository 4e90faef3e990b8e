#include "host/replay/replay_plan.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "base/text.h"
#include "client/options.h"
#include "host/replay/replay_input.h"

namespace penstock::host {

namespace {

// Returns the path in "on_failure file:PATH", or "".
std::string failure_path(const StagePlan& stage) {
  static constexpr std::string_view kFile = "file:";
  for (const Entry& entry : stage.options)
    if (equal_without_case(entry.key, "on_failure") &&
        equal_without_case(entry.value.substr(0, kFile.size()), kFile))
      return entry.value.substr(kFile.size());
  return {};
}

std::filesystem::path absolute(const std::string& path) {
  std::error_code error;
  const std::filesystem::path given = std::filesystem::absolute(path, error);
  const std::filesystem::path folder = std::filesystem::weakly_canonical(given.parent_path(), error);
  return error ? given : folder / given.filename();
}

// Returns whether the stage wrote the file, judging by the name: PATH, or PATH.anything.
bool names(const StagePlan& stage, const std::string& path) {
  const std::string own = failure_path(stage);
  if (own.empty()) return false;
  const std::string first = absolute(own).string();
  const std::string given = absolute(path).string();
  return given == first || given.starts_with(first + ".");
}

// Returns the only stage that can have written the dead letters, or nullopt.
std::optional<size_t> owner(const std::vector<StagePlan>& stages, const std::string& path) {
  if (stages.size() == 1) return 0;
  std::vector<size_t> named;
  for (size_t i = 0; i < stages.size(); ++i)
    if (names(stages[i], path)) named.push_back(i);
  return named.size() == 1 ? std::optional(named.front()) : std::nullopt;
}

// Copies a stage without its Match, because the route is known.
StagePlan copy_of(const StagePlan& stage) {
  StagePlan copy;
  copy.stage = stage.stage;
  copy.label = stage.label;
  copy.place = stage.place;
  copy.options = stage.options;
  return copy;
}

// Returns the filter that decodes records, with the options that the input also has: their values there, or their
// defaults.
StagePlan message_filter(const StagePlan& input, const penstock_stage& stage) {
  StagePlan plan;
  plan.stage = &stage;
  plan.label = std::string("filter:") + stage.id;
  plan.place = input.place;
  const std::vector<std::string> known = option_names(stage);
  for (size_t i = 0; i < input.stage->option_info_count; ++i) {
    const penstock_option_info& info = client::option_info(*input.stage, i);
    if (!knows(known, info.name)) continue;
    const auto given = std::find_if(input.options.begin(), input.options.end(),
                                    [&](const Entry& entry) { return equal_without_case(entry.key, info.name); });
    if (given != input.options.end())
      plan.options.push_back(*given);
    else if (info.default_value != nullptr)
      plan.options.push_back({info.name, info.default_value, input.place});
  }
  return plan;
}

class Maker {
 public:
  Maker(const Plan& conf, const DeadLetterReader& file, const std::string& path, std::vector<Problem>& problems)
      : conf_(conf), file_(file), path_(path), problems_(problems) {}

  void add_of_input(const penstock_stage* messages) {
    const std::optional<size_t> input = owner(conf_.inputs, path_);
    if (!input) return ambiguous("input", conf_.inputs.size());
    if (messages == nullptr) {
      return problem({}, "PS0848",
                     "the plugin has no filter 'cloudwatch_logs', which decodes records that failed at an input; "
                     "install both from one package");
    }
    Route route;
    route.filters.push_back(out_.filters.size());
    out_.filters.push_back(message_filter(conf_.inputs[*input], *messages));
    for (const size_t filter : conf_.routes[*input].filters) {
      route.filters.push_back(out_.filters.size());
      out_.filters.push_back(copy_of(conf_.filters[filter]));
    }
    for (const size_t output : conf_.routes[*input].outputs) route.outputs.push_back(take_output(output));
    add(DeadLetterLine::Stage::input, std::move(route));
  }

  void add_of_output() {
    const std::optional<size_t> output = owner(conf_.outputs, path_);
    if (!output) return ambiguous("output", conf_.outputs.size());
    add(DeadLetterLine::Stage::output, {{}, {take_output(*output)}});
  }

  Plan take() { return std::move(out_); }

 private:
  void problem(const Place& place, MessageId id, const std::string& text) {
    problems_.push_back(Problem::error(place, id, text));
  }

  void ambiguous(const std::string& which, size_t count) {
    problem({path_, 0}, "PS0938",
            "cannot determine the " + which + " of the records: the configuration has " + std::to_string(count) +
                " " + which +
                "s, and the name of this file does not match the on_failure of exactly one. Rename the file "
                "to that PATH, or to PATH.SUFFIX, or name a configuration with one " +
                which);
  }

  void add(DeadLetterLine::Stage stage, Route route) {
    out_.inputs.push_back(replay_input(file_, path_, stage));
    out_.routes.push_back(std::move(route));
  }

  // Returns the index of an output of the conf among those that run.
  size_t take_output(size_t index) {
    const auto [found, fresh] = taken_.emplace(index, out_.outputs.size());
    if (!fresh) return found->second;
    const StagePlan& output = conf_.outputs[index];
    if (const std::string own = failure_path(output); !own.empty() && file_.is_named(own)) {
      problem(output.place, "PS0939",
              "on_failure of " + output.label + " is the file to replay; rename the file first, for example to " +
                  printable(path_, kMaxPrintedLineBytes) + ".replay, and the output begins a new one");
    }
    out_.outputs.push_back(copy_of(output));
    return found->second;
  }

  const Plan& conf_;
  const DeadLetterReader& file_;
  const std::string& path_;
  std::vector<Problem>& problems_;
  Plan out_;
  std::map<size_t, size_t> taken_;
};

}  // namespace

Plan replay_plan(const Plan& conf, const Modules& modules, const DeadLetterReader& file, const std::string& path,
                 const ReplayCounts& counts, std::vector<Problem>& problems) {
  Maker maker(conf, file, path, problems);
  if (counts.of_input > 0) maker.add_of_input(modules.find(PENSTOCK_FILTER, "cloudwatch_logs"));
  if (counts.of_output > 0) maker.add_of_output();
  return maker.take();
}

}  // namespace penstock::host
