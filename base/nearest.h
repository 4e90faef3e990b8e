// Finding the word that was meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace penstock::host {

// The word closest to what was written, compared without case, by edit distance (a swap of neighbours counts one);
// empty where none is close: more than a third of its letters would have to change.
std::string nearest(std::string_view written, const std::vector<std::string>& words);

// "; did you mean 'stream'?", or nothing.
std::string suggestion(std::string_view written, const std::vector<std::string>& words);

}  // namespace penstock::host
