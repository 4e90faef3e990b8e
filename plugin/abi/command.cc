#include "plugin/abi/command.h"

namespace penstock::plugin {

int32_t run_command(const Command& command, Options::Table table, const ReadSettings& read,
                    const penstock_host* host, const penstock_option* options, size_t option_count,
                    const penstock_option* arguments, size_t argument_count, size_t stride,
                    penstock_print_fn print, void* print_ctx, penstock_error* error) noexcept {
  if (print == nullptr) return set_error(error, PENSTOCK_E_INVALID, false, "PS0052", "print is NULL");
  return caught(error, [&]() -> int32_t {
    penstock_host known = {};
    if (const int32_t code = read_host(host, known, error); code != PENSTOCK_OK) return code;
    known.wall_ms = nullptr;  // a command waits by itself, so it needs the system's clock
    known.monotonic_ms = nullptr;
    const Printer printer(print, print_ctx);
    const auto given = [&] { return Options(table, options, option_count, stride); };
    if (const int32_t code = check_options(table, read, options, option_count, stride, error);
        code != PENSTOCK_OK) {
      if (code == PENSTOCK_E_OPTIONS && command.is_for_bad_options)
        static_cast<void>(command.run(known, given(), Options(command.arguments, nullptr, 0, stride), printer));
      return code;
    }
    if (const int32_t code = check_options(command.arguments, {}, arguments, argument_count, stride, error);
        code != PENSTOCK_OK)
      return code;
    const Status status =
        command.run(known, given(), Options(command.arguments, arguments, argument_count, stride), printer);
    return status.ok() ? PENSTOCK_OK : set_error(error, status);
  });
}

}  // namespace penstock::plugin
