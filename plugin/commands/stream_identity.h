// Identifies the streams that a stage reads or writes, so that those of two stages can be compared.
#pragma once

#include <array>

#include "plugin/abi/command.h"
#include "plugin/settings/connection.h"

namespace penstock::plugin {

// Prints a line for each stream, like "logs (account 123456789012, region eu-west-1)", and " at URL" if its
// endpoint is not one of AWS's own. Two stages with the same line use the same stream. The account is that of the
// ARN, else of role_arn, else "*", which means any account. Also works for options with problems, but prints
// nothing if an option that determines the stream is invalid, or if an unknown option may have been meant as one
// of these.
Status print_streams(const penstock_host& host, const Options& options, const Options& arguments,
                     const Printer& print);

inline constexpr std::array kStreamsArguments = {
    option("resolve", "on|off", "off",
           "on: look up accounts that the options do not contain, with DescribeStreamSummary."),
};
inline constexpr Command kStreamsCommand = {"streams",
                                            "Print the streams that the section reads or writes, with account "
                                            "and region; * is an account that only the service knows.",
                                            kStreamsArguments, print_streams, true};

}  // namespace penstock::plugin
