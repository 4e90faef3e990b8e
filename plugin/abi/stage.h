// Makes the table of a stage from its class.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "abi/penstock.h"
#include "core/metrics_sink.h"
#include "plugin/abi/command.h"
#include "plugin/abi/instance.h"

namespace penstock::plugin {

// The table of the stage that class Instance implements. Instance has
//   kOptions                             its option table, an array
//   Settings                             what it is created from
//   read_settings(options, complain)     returns the Settings, and reports options that are invalid together
//   make(host, options, settings)        creates it
//   kCommands                            an array of Command, if it has commands
template <typename Instance>
class Stage {
 public:
  static constexpr penstock_stage input(const char* id, const char* summary, const penstock_input& calls) {
    return table(PENSTOCK_INPUT, id, summary, &calls, nullptr, nullptr);
  }
  static constexpr penstock_stage filter(const char* id, const char* summary, const penstock_filter& calls) {
    return table(PENSTOCK_FILTER, id, summary, nullptr, &calls, nullptr);
  }
  static constexpr penstock_stage output(const char* id, const char* summary, const penstock_output& calls) {
    return table(PENSTOCK_OUTPUT, id, summary, nullptr, nullptr, &calls);
  }

 private:
  static constexpr penstock_stage table(int32_t kind, const char* id, const char* summary,
                                        const penstock_input* as_input, const penstock_filter* as_filter,
                                        const penstock_output* as_output) {
    return {sizeof(penstock_stage),
            kind,
            id,
            summary,
            Instance::kOptions.data(),
            static_cast<uint32_t>(Instance::kOptions.size()),
            sizeof(penstock_option_info),
            as_input,
            as_filter,
            as_output,
            check,
            create,
            instance_descriptor,
            instance_next_deadline_ms,
            instance_stats,
            instance_close,
            instance_destroy,
            static_cast<uint32_t>(kCommandTable.size()),
            sizeof(penstock_command),
            kCommandTable.empty() ? nullptr : kCommandTable.data()};
  }

  // Only reports problems; the settings are not needed.
  static void read(const Options& options, const Complain& complain) {
    Instance::read_settings(options, complain);
  }

  static int32_t check(const penstock_option* options, size_t count, size_t stride, penstock_problem_fn problem,
                       void* problem_ctx) {
    return check_options(Instance::kOptions, read, options, count, stride, problem, problem_ctx);
  }

  static int32_t create(const penstock_host* host, const penstock_option* options, size_t count, size_t stride,
                        penstock_instance** out, penstock_error* error) {
    // Read once, so that the instance is created from the settings that were checked.
    typename Instance::Settings settings;
    const auto read_once = [&](const Options& checked, const Complain& complain) {
      settings = Instance::read_settings(checked, complain);
    };
    const auto make = [&](const penstock_host& known, const Options& checked) {
      return Instance::make(known, checked, std::move(settings));
    };
    return create_instance(Instance::kOptions, read_once, make, host, options, count, stride, out, error);
  }

  template <size_t Index>
  static int32_t run(const penstock_host* host, const penstock_option* options, size_t option_count,
                     const penstock_option* arguments, size_t argument_count, size_t stride,
                     penstock_print_fn print, void* print_ctx, penstock_error* error) {
    return run_command(Instance::kCommands[Index], Instance::kOptions, read, host, options, option_count,
                       arguments, argument_count, stride, print, print_ctx, error);
  }

  template <size_t... Index>
  static constexpr auto command_table(std::index_sequence<Index...>) {
    return std::array<penstock_command, sizeof...(Index)>{
        penstock_command{Instance::kCommands[Index].name, Instance::kCommands[Index].help,
                         Instance::kCommands[Index].arguments.data(),
                         static_cast<uint32_t>(Instance::kCommands[Index].arguments.size()),
                         sizeof(penstock_option_info), run<Index>}...};
  }

  static constexpr auto command_table() {
    if constexpr (requires { Instance::kCommands; })
      return command_table(std::make_index_sequence<Instance::kCommands.size()>());
    else
      return std::array<penstock_command, 0>();
  }

  static constexpr auto kCommandTable = command_table();
};

}  // namespace penstock::plugin
