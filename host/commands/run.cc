#include <unistd.h>

#include "base/text.h"
#include "base/units.h"
#include "host/commands/commands.h"
#include "host/pipeline/loop.h"
#include "host/plan/load_config.h"
#include "host/plan/stream_loops.h"
#include "host/util/arguments.h"
#include "host/util/command_info.h"
#include "host/util/log.h"

namespace penstock::host {

namespace {

// Logs the problems. Returns whether there are errors among them.
bool report(Log& log, const std::vector<Problem>& problems) {
  for (const Problem& problem : problems) log.plain(to_line(problem));
  return has_errors(problems);
}

// problem: why it does not start.
bool run_pipeline(const std::string& conf, const LoadedConfig& prepared,
                  const std::optional<int64_t>& exit_when_idle_ms, Log& log, Problem& problem) {
  const Signals signals;
  log.set_level(prepared.settings.log_level);
  log.info("penstock", "penstock " PENSTOCK_VERSION " starts with configuration " + conf);
  Pipeline pipeline(log);
  if (!pipeline.open(prepared.plan, problem)) return false;
  LoopOptions options;
  options.grace_ms = prepared.settings.grace_ms;
  options.stats_interval_ms = prepared.settings.stats_interval_ms;
  options.exit_when_idle_ms = exit_when_idle_ms;
  return Loop(pipeline, signals, log, options).run();
}

}  // namespace

CommandInfo run_info() {
  return {
      "run",
      "Run the pipeline of a configuration.",
      {{"-c FILE", "[-e PLUGIN.so]...", "[--exit-when-idle DURATION]"}},
      {"Runs until SIGTERM, SIGINT, SIGQUIT or SIGHUP, and then drains: it stops reading, settles the records in "
       "flight within Grace ([SERVICE], 5 s by default), saves the checkpoints, and exits with 0. Another "
       "SIGTERM, SIGINT or SIGQUIT, at least one second after the first, ends the process immediately; its exit "
       "code is then 128 plus the number of the signal."},
      {kConfOption,
       kPluginOption,
       {"--exit-when-idle",
        "DURATION",
        {},
        "Drain and exit after this time without new records, failed reads, records in flight, or lag. Seconds, or "
        "a number with suffix ms, s, m or h. Default: run until a signal."},
       kHelpOption},
      {{kExitFine, "Drained and closed."},
       {kExitFailed,
        "The configuration has an error, a stage did not start, an output ended by itself (for example, because "
        "the reader of standard output closed it), or some state could not be saved."},
       kUsageExit}};
}

int run_command(const std::vector<std::string>& args) {
  Arguments arguments;
  const CommandInfo info = run_info();
  const std::string wrong = arguments.parse(args, info.options);
  if (!wrong.empty()) return usage_error("run", "PS0900", wrong);
  if (arguments.has("-h")) return print_help(format_help(info));
  std::string conf;
  if (const std::string defect = arguments.read_conf_path(conf); !defect.empty())
    return usage_error("run", "PS0902", defect);
  std::optional<int64_t> exit_when_idle_ms;
  if (arguments.has("--exit-when-idle")) {
    const std::string value = arguments.last("--exit-when-idle");
    exit_when_idle_ms = parse_duration_ms(value);
    if (!exit_when_idle_ms)
      return usage_error("run", "PS0903",
                         "invalid --exit-when-idle '" + printable(value, 60) +
                             "': expected seconds, or a number with suffix ms, s, m or h");
  }

  Log log(STDERR_FILENO);
  const LoadedConfig prepared = load_config(conf, arguments.values("-e"));
  if (report(log, prepared.problems) || report(log, undecided_stream_loops(prepared.plan))) return kExitFailed;
  Problem problem;
  if (run_pipeline(conf, prepared, exit_when_idle_ms, log, problem)) return kExitFine;
  if (!problem.text.empty()) log.plain(to_line(problem));
  return kExitFailed;
}

}  // namespace penstock::host
