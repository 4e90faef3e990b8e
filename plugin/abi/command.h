// What an operator may ask of a stage beside running it, and the call of it across the ABI (penstock_command).
#pragma once

#include <cstddef>
#include <string_view>

#include "abi/penstock.h"
#include "base/bytes.h"
#include "base/status.h"
#include "plugin/abi/instance.h"
#include "plugin/abi/options.h"

namespace penstock::plugin {

// Hands out the lines that a command prints.
class Printer {
 public:
  Printer(penstock_print_fn print, void* print_ctx) : print_(print), print_ctx_(print_ctx) {}
  // One line without its end; what is hostile in it must be escaped already.
  void line(std::string_view text) const { print_(print_ctx_, bytes(text)); }

 private:
  penstock_print_fn print_;
  void* print_ctx_;
};

// An element of a stage class's kCommands; all of it lives as long as the library.
struct Command {
  const char* name;
  const char* help;
  Options::Table arguments;
  // arguments passed their check; options did unless is_for_bad_options. Waits for what it begins
  // (env.transport.drive(kNever)): host gives no clock here. Any thread may call it at any time.
  Status (*run)(const penstock_host& host, const Options& options, const Options& arguments, const Printer& print);
  // It is run, without arguments, also if options have problems, and prints what is sure all the same.
  bool is_for_bad_options = false;
};

// Checks what is given, runs the command; exceptions stop here. table and together: those of the stage's options.
int32_t run_command(const Command& command, Options::Table table, CheckTogether together,
                    const penstock_host* host, const penstock_option* options, size_t option_count,
                    const penstock_option* arguments, size_t argument_count, size_t stride,
                    penstock_print_fn print, void* print_ctx, penstock_error* error) noexcept;

}  // namespace penstock::plugin
