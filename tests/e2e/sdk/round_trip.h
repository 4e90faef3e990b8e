// Records that an AWS SDK writes, that our input reads, our output writes again, and the SDK reads.
#pragma once

#include <string>
#include <vector>

namespace penstock::e2e {

// Runs `program` twice, with these arguments, "put" or "get", the endpoint of the model, and the name of a file
// that lists the records: a line for each, with the size of its data, the offset of its data in the repeated bytes
// 0 to 255, and its partition key in base64. With "put", the program puts them on the stream "in"; with "get", it
// fails if the stream "out" has others. In between, the host copies from "in" to "out". REQUIRES: called in a
// test.
void expect_round_trip(const std::string& program, const std::vector<std::string>& arguments);

}  // namespace penstock::e2e
