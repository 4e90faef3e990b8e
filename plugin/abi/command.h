// Commands that a stage offers to an operator, and their call across the ABI (penstock_command).
#pragma once

#include <cstddef>
#include <string_view>

#include "abi/penstock.h"
#include "base/bytes.h"
#include "base/status.h"
#include "plugin/abi/instance.h"
#include "plugin/abi/options.h"

namespace penstock::plugin {

// The receiver of the lines that a command prints.
class Printer {
 public:
  Printer(penstock_print_fn print, void* print_ctx) : print_(print), print_ctx_(print_ctx) {}
  // Prints one line without its line end. REQUIRES: text is safe for a terminal.
  void line(std::string_view text) const { print_(print_ctx_, bytes(text)); }

 private:
  penstock_print_fn print_;
  void* print_ctx_;
};

// An element of a stage class's kCommands; everything in it lives as long as the library.
struct Command {
  const char* name;
  const char* help;
  Options::Table arguments;
  // Runs the command. arguments passed their check; so did options unless is_for_bad_options. It waits for the
  // calls that it starts (env.transport.drive(kNever)), because host has no clock here. [thread-safe]
  Status (*run)(const penstock_host& host, const Options& options, const Options& arguments, const Printer& print);
  // Also runs, without arguments, if options have problems; it then prints only what is certain.
  bool is_for_bad_options = false;
};

// Checks options and arguments, and runs the command; exceptions stop here. table and read: those of the
// stage's options.
int32_t run_command(const Command& command, Options::Table table, const ReadSettings& read,
                    const penstock_host* host, const penstock_option* options, size_t option_count,
                    const penstock_option* arguments, size_t argument_count, size_t stride,
                    penstock_print_fn print, void* print_ctx, penstock_error* error) noexcept;

}  // namespace penstock::plugin
