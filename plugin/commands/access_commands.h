// Command that checks, with the service, whether a section can work: penstock check --online.
#pragma once

#include "plugin/abi/command.h"

namespace penstock::plugin {

// Print the identity, the streams, what works, and what is missing. Write nothing.
Status check_reading(const penstock_host& host, const Options& options, const Options& arguments,
                     const Printer& print);
Status check_writing(const penstock_host& host, const Options& options, const Options& arguments,
                     const Printer& print);

inline constexpr const char* kAccessHelp =
    "Check with calls and dry runs, which write nothing, whether the credentials may use the streams, and print "
    "the "
    "IAM statements that are missing.";
inline constexpr Command kReadAccessCommand = {"access", kAccessHelp, {}, check_reading};
inline constexpr Command kWriteAccessCommand = {"access", kAccessHelp, {}, check_writing};

}  // namespace penstock::plugin
