#include <unistd.h>

#include "base/text.h"
#include "base/units.h"
#include "host/commands/commands.h"
#include "host/pipeline/loop.h"
#include "host/plan/load_config.h"
#include "host/plan/stream_loops.h"
#include "host/util/arguments.h"
#include "host/util/log.h"

namespace penstock::host {

namespace {

constexpr char kHelp[] =
    R"(Usage: penstock run -c FILE [-e PLUGIN.so]... [--exit-when-idle SECONDS]

Runs the pipeline of a conf until SIGTERM, SIGINT, SIGQUIT or SIGHUP. It then
reads nothing more, settles what is in flight within Grace seconds ([SERVICE],
5 by default), saves checkpoints and exits with 0. Another SIGTERM, SIGINT or
SIGQUIT, a second or more after the first, ends it at once, with 128 + the
signal's number.

  -c FILE, --config FILE     the conf; "penstock check -c FILE" tells its
                             problems. The -c may be left out
  -e PLUGIN.so               a plugin to open instead of libpenstock.so; may be
                             repeated
  --exit-when-idle SECONDS   ends, as after a signal, when for so long nothing
                             has come in, no read has failed, nothing is in
                             flight, and no input is behind what it reads
  -h, --help                 this text

Exit codes: 0 drained and closed; 1 a problem in the conf, a stage that does not
start, an output that ended by itself (as when the reader of standard output has
gone away), or something that could not be saved; 2 a wrong command line.
)";

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
  log.line(PENSTOCK_LOG_INFO, "penstock", "version " PENSTOCK_VERSION ", configuration " + conf);
  Pipeline pipeline(log);
  if (!pipeline.open(prepared.plan, problem)) return false;
  LoopOptions options;
  options.grace_ms = prepared.settings.grace_ms;
  options.stats_interval_ms = prepared.settings.stats_interval_ms;
  options.exit_when_idle_ms = exit_when_idle_ms;
  return Loop(pipeline, signals, log, options).run();
}

}  // namespace

int run_command(const std::vector<std::string>& args) {
  Arguments arguments;
  const std::string wrong =
      arguments.parse(args, {kConfOption, kPluginOption, {"--exit-when-idle", true}, kHelpOption});
  if (!wrong.empty()) return usage_error("run", wrong);
  if (arguments.has("-h")) return print_help(kHelp);
  std::string conf;
  if (const std::string defect = arguments.read_conf_path(conf); !defect.empty())
    return usage_error("run", defect);
  std::optional<int64_t> exit_when_idle_ms;
  if (arguments.has("--exit-when-idle")) {
    const std::string value = arguments.last("--exit-when-idle");
    exit_when_idle_ms = parse_duration_ms(value);
    if (!exit_when_idle_ms)
      return usage_error("run", "--exit-when-idle '" + printable(value, 60) + "' is no number of seconds");
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
