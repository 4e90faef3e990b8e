// A stream as an option names it: by name, or by ARN if it is in another account or region.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/complain.h"

namespace penstock::kinesis {

struct StreamName {
  std::string text;     // name or ARN, as calls accept it
  std::string name;     // letters, digits and _.- only, so safe to print
  std::string region;   // "": not in the text
  std::string account;  // "": not in the text
};

// Parses a comma-separated list such as "a,b,arn:aws:kinesis:eu-west-1:123456789012:stream/c". Reports to
// complain, and skips, each entry that is a duplicate or is neither the name nor the ARN of a stream.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StreamDescriptionSummary.html
std::vector<StreamName> parse_stream_names(std::string_view list, const Complain& complain);

}  // namespace penstock::kinesis
