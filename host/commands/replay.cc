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
#include "host/util/command_info.h"
#include "host/util/write_all.h"

namespace penstock::host {

namespace {

constexpr int64_t kPatienceMs = 60'000;

std::string text(int64_t number) { return std::to_string(number); }

// The contents of a file, after all of it was read.
struct Scan {
  ReplayCounts counts;
  int64_t unreadable = 0;  // lines, reported on standard error
};

Scan scan(DeadLetterReader& file, const std::string& name) {
  Scan out;
  const auto unreadable = [&](MessageId id, const std::string& reason) {
    ++out.unreadable;
    const std::string line =
        file.cut_short()
            ? coded("PS0937", "the file ends in the middle of this line: it is truncated or still being written")
            : coded(id, reason);
    std::fprintf(stderr, "%s:%s: %s\n", name.c_str(), text(file.number()).c_str(), line.c_str());
  };
  DeadLetterLine line;
  std::string_view text;
  while (true) {
    switch (file.next(text)) {
      case DeadLetterReader::ReadResult::end:
        return out;
      case DeadLetterReader::ReadResult::failed:
        unreadable("PS0925", file.error());
        return out;
      case DeadLetterReader::ReadResult::too_large:
        unreadable("PS0926", "the line is larger than the limit of " +
                                 std::to_string(DeadLetterReader::kMaxLineBytes >> 20) + " MiB");
        break;
      case DeadLetterReader::ReadResult::line:
        if (const std::string wrong = read_dead_letter_line(text, line); !wrong.empty())
          unreadable("PS0935", "invalid dead letter: " + wrong);
        else
          ++(line.stage == DeadLetterLine::Stage::input ? out.counts.of_input : out.counts.of_output);
    }
  }
}

// problem: why it does not start.
bool run_plan(const Plan& plan, const Settings& settings, ReplayOutcomes& outcomes, Problem& problem) {
  const Signals signals(Signals::OnHangup::drain);
  Log log(STDERR_FILENO);
  log.set_level(settings.log_level);
  log.set_format(settings.log_format);
  ServiceManager manager(log);
  Pipeline pipeline(log);
  if (!pipeline.open(plan, problem)) return false;
  LoopOptions options;
  options.grace_ms = settings.grace_ms;
  options.stats_interval_ms = settings.stats_interval_ms;
  options.patience_ms = kPatienceMs;
  const bool saved = Loop(pipeline, signals, log, manager, options).run();
  for (const Input& input : pipeline.inputs()) add_outcomes(input.stage->instance, outcomes);
  return saved;
}

int replay(const LoadedConfig& prepared, const std::string& path, bool dry_run) {
  const std::string name = printable(path, kMaxPrintedLineBytes);
  std::string error;
  const std::unique_ptr<DeadLetterReader> file = DeadLetterReader::open(path, UINT64_MAX, error);
  if (!file) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), coded("PS0925", "cannot open the file: " + error).c_str());
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
              " from an input, " + text(found.counts.of_output) +
              " from an output; unreadable lines: " + text(found.unreadable) + "\n");
    return printed && found.unreadable == 0 ? kExitFine : kExitFailed;
  }
  ReplayOutcomes outcomes;
  Problem problem;
  const bool saved = found.counts.records() == 0 || run_plan(plan, prepared.settings, outcomes, problem);
  if (!problem.text.empty()) print_problems({problem});
  const int64_t replayed = outcomes.delivered + outcomes.filtered + outcomes.recorded;
  const bool printed = print(name + ": " + text(replayed) + " of " + text(found.counts.records()) +
                             " records replayed: " + text(outcomes.delivered) + " delivered, " +
                             text(outcomes.filtered) + " dropped by filters, " + text(outcomes.recorded) +
                             " dead letters again; unreadable lines: " + text(found.unreadable) + "\n");
  const bool all = printed && saved && replayed == found.counts.records() && found.unreadable == 0;
  return all ? kExitFine : kExitFailed;
}

}  // namespace

CommandInfo replay_info() {
  return {
      "replay",
      "Deliver the records of a dead-letter file.",
      {{"-c FILE", "[-e PLUGIN.so]...", "[--dry-run]", "DEAD_LETTER_FILE"}},
      {"A dead-letter file is the PATH of on_failure file:PATH. Records that failed at an input are decoded and "
       "pass through the filters of the configuration to its outputs. Records that failed at an output go "
       "directly to that output, with their partition keys. The inputs of the configuration do not run.",
       "Reads the file as it is at the start, and never changes it. If a part of a record was delivered before, "
       "that part becomes a duplicate. Records that fail again go to the on_failure of the output, which must be "
       "another file. Reports each line that cannot be read or replayed with its number. Gives up after 60 s in "
       "which no record was delivered or became a dead letter."},
      {with_help(kConfOption,
                 "Configuration file. If it has several inputs or outputs, the records belong to the one whose "
                 "on_failure path is the name of the dead-letter file, or its name up to a dot."),
       kPluginOption,
       {"--dry-run", {}, {}, "Only print how many records the file has."},
       kHelpOption},
      {{kExitFine, "Each record was delivered, dropped by a filter, or became a dead letter again."},
       {kExitFailed, "The configuration has an error, or a record was not replayed or could not be read."},
       kUsageExit}};
}

int replay_command(const std::vector<std::string>& args) {
  Arguments arguments;
  const CommandInfo info = replay_info();
  const std::string wrong = arguments.parse(args, info.options);
  if (!wrong.empty()) return usage_error("replay", "PS0900", wrong);
  if (arguments.has("-h")) return print_help(format_help(info));
  if (!arguments.has("-c")) return usage_error("replay", "PS0902", "the configuration file is missing: -c FILE");
  if (arguments.words().size() != 1)
    return usage_error("replay", "PS0905",
                       arguments.words().empty() ? "the dead-letter file is missing: name one"
                                                 : "more than one dead-letter file; name one");
  const LoadedConfig prepared = load_config(arguments.last("-c"), arguments.values("-e"));
  print_problems(prepared.problems);
  if (has_errors(prepared.problems)) return kExitFailed;
  return replay(prepared, arguments.words()[0], arguments.has("--dry-run"));
}

}  // namespace penstock::host
