// Which streams a stage reads or writes, in a form in which those of two stages can be compared.
#pragma once

#include <array>

#include "plugin/abi/command.h"
#include "plugin/settings/connection.h"

namespace penstock::plugin {

// Prints a line for each stream, like "logs (account 123456789012, region eu-west-1)", and " at URL" if its
// endpoint is not one of AWS's own. Two stages with the same line use the same stream. The account is that of the
// ARN, else of role_arn, else "*", which stands for any. Of options with problems those count that say which
// streams it is: if one of them is bad, or an unknown one could be meant for one of them, nothing is printed.
Status print_streams(const penstock_host& host, const Options& options, const Options& arguments,
                     const Printer& print);

inline constexpr std::array kStreamsArguments = {
    option("resolve", "on|off", "off",
           "on: an account that the options do not say is looked up with DescribeStreamSummary."),
};
inline constexpr Command kStreamsCommand = {
    "streams",
    "Prints the streams that the section reads or writes, with account and region; * is an account that only the "
    "service knows.",
    kStreamsArguments, print_streams, true};

}  // namespace penstock::plugin
