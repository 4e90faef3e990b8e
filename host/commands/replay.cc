#include <unistd.h>

#include <cstdio>
#include <optional>

#include "base/text.h"
#include "host/commands/commands.h"
#include "host/pipeline/loop.h"
#include "host/plan/load_config.h"
#include "host/replay/replay_input.h"
#include "host/replay/replay_plan.h"
#include "host/util/arguments.h"
#include "host/util/write_all.h"

namespace penstock::host {

namespace {

constexpr char kHelp[] =
    R"(Usage: penstock replay -c FILE [-e PLUGIN.so]... [--dry-run] FAILURE_FILE

Feeds the records of a failure file (on_failure file:PATH) in again. What failed
at an input is taken apart and goes through the conf's filters to its outputs;
what failed at an output goes straight to it, with the partition key that it
had. The inputs of the conf do not run.

The file is read as it is at the start, and never changed. A record of which a
part was delivered before is delivered whole, so that this part is there twice.
What fails again goes to the on_failure of the output, which must be another
file; lines that cannot be read or replayed are told with their numbers.

  -c FILE        the conf. If it has several inputs or outputs, the file belongs
                 to the one whose on_failure is its name, or its name up to a
                 dot
  -e PLUGIN.so   a plugin to open instead of libpenstock.so; may be repeated
  --dry-run      only tells what is in the file
  -h, --help     this text

It gives up when for 60 s no record was delivered or recorded.

Exit codes: 0 all was delivered, left out by a filter or recorded again; 1
something was not, or could not be read; 2 a wrong command line.
)";

constexpr int64_t kPatienceMs = 60'000;

std::string text(int64_t number) { return std::to_string(number); }

// The contents of a file, after all of it was read.
struct Scan {
  ReplayCounts counts;
  int64_t unreadable = 0;  // lines, reported on standard error
};

Scan scan(DeadLetterReader& file, const std::string& name) {
  Scan out;
  const auto unreadable = [&](const std::string& reason) {
    ++out.unreadable;
    std::fprintf(stderr, "%s:%s: %s\n", name.c_str(), text(file.number()).c_str(),
                 file.cut_short() ? "the file ends in this line: it was cut short, or is still being written"
                                  : reason.c_str());
  };
  DeadLetterLine line;
  std::string_view text;
  while (true) {
    switch (file.next(text)) {
      case DeadLetterReader::ReadResult::end:
        return out;
      case DeadLetterReader::ReadResult::failed:
        unreadable(file.error());
        return out;
      case DeadLetterReader::ReadResult::too_large:
        unreadable("larger than " + std::to_string(DeadLetterReader::kMaxLineBytes >> 20) + " MiB");
        break;
      case DeadLetterReader::ReadResult::line:
        if (const std::string wrong = read_dead_letter_line(text, line); !wrong.empty())
          unreadable(wrong);
        else
          ++(line.stage == DeadLetterLine::Stage::input ? out.counts.of_input : out.counts.of_output);
    }
  }
}

// problem: why it does not start.
bool run_plan(const Plan& plan, const Settings& settings, ReplayOutcomes& outcomes, Problem& problem) {
  const Signals signals;
  Log log(STDERR_FILENO);
  log.set_level(settings.log_level);
  Pipeline pipeline(log);
  if (!pipeline.open(plan, problem)) return false;
  LoopOptions options;
  options.grace_ms = settings.grace_ms;
  options.stats_interval_ms = settings.stats_interval_ms;
  options.patience_ms = kPatienceMs;
  const bool saved = Loop(pipeline, signals, log, options).run();
  for (const Input& input : pipeline.inputs()) add_outcomes(input.stage->instance, outcomes);
  return saved;
}

int replay(const LoadedConfig& prepared, const std::string& path, bool dry_run) {
  const std::string name = printable(path, kMaxPrintedLineBytes);
  std::string error;
  const std::unique_ptr<DeadLetterReader> file = DeadLetterReader::open(path, UINT64_MAX, error);
  if (!file) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), error.c_str());
    return kExitFailed;
  }
  const Scan found = scan(*file, name);
  std::vector<Problem> problems;
  const Plan plan = replay_plan(prepared.plan, prepared.modules, *file, path, found.counts, problems);
  print_problems(problems);
  if (has_errors(problems)) return kExitFailed;
  if (dry_run) {
    const bool printed =
        print(name + ": " + text(found.counts.records()) + " records: " + text(found.counts.of_input) +
              " failed at an input, " + text(found.counts.of_output) +
              " at an output; unreadable lines: " + text(found.unreadable) + "\n");
    return printed && found.unreadable == 0 ? kExitFine : kExitFailed;
  }
  ReplayOutcomes outcomes;
  Problem problem;
  const bool saved = found.counts.records() == 0 || run_plan(plan, prepared.settings, outcomes, problem);
  if (!problem.text.empty()) print_problems({problem});
  const int64_t replayed = outcomes.delivered + outcomes.filtered + outcomes.recorded;
  const bool printed =
      print(name + ": " + text(replayed) + " of " + text(found.counts.records()) +
            " records replayed: " + text(outcomes.delivered) + " delivered, " + text(outcomes.filtered) +
            " left out by filters, " + text(outcomes.recorded) +
            " failed again and in on_failure; unreadable lines: " + text(found.unreadable) + "\n");
  const bool all = printed && saved && replayed == found.counts.records() && found.unreadable == 0;
  return all ? kExitFine : kExitFailed;
}

}  // namespace

int replay_command(const std::vector<std::string>& args) {
  Arguments arguments;
  const std::string wrong = arguments.parse(args, {kConfOption, kPluginOption, {"--dry-run"}, kHelpOption});
  if (!wrong.empty()) return usage_error("replay", wrong);
  if (arguments.has("-h")) return print_help(kHelp);
  if (!arguments.has("-c")) return usage_error("replay", "-c FILE is missing");
  if (arguments.words().size() != 1)
    return usage_error("replay", arguments.words().empty() ? "which failure file?" : "one failure file at a time");
  const LoadedConfig prepared = load_config(arguments.last("-c"), arguments.values("-e"));
  print_problems(prepared.problems);
  if (has_errors(prepared.problems)) return kExitFailed;
  return replay(prepared, arguments.words()[0], arguments.has("--dry-run"));
}

}  // namespace penstock::host
