// A stream as an option names it: by its name, or by its ARN where it is of another account or region.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/complain.h"

namespace penstock::kinesis {

struct StreamName {
  std::string text;     // name or ARN, as the calls take it
  std::string name;     // of letters, digits and _.- only, so that it may be printed
  std::string region;   // "": the text does not say
  std::string account;  // "": the text does not say
};

// Reads "a,b,arn:aws:kinesis:eu-west-1:123456789012:stream/c". Complains of each that is neither a name nor the
// ARN of a stream, or is there twice, and leaves it out.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StreamDescriptionSummary.html
std::vector<StreamName> parse_stream_names(std::string_view list, const Complain& complain);

}  // namespace penstock::kinesis
