// The word that was probably meant by one that is unknown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace penstock {

// Returns the word closest to the unknown one, compared without case, by edit distance (a swap of neighbors counts
// as one); "" if none is close: more than a third of its letters would have to change.
std::string nearest(std::string_view unknown, const std::vector<std::string>& words);

// "; did you mean 'stream'?", or "" if no word is close.
std::string suggestion(std::string_view unknown, const std::vector<std::string>& words);

}  // namespace penstock
