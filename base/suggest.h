// Suggestions for a misspelled word.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace penstock {

// Returns the word closest to the unknown one by edit distance, ignoring case; a swap of neighboring letters
// counts as one edit. Returns "" if more than a third of the letters of the closest word would have to change.
std::string nearest(std::string_view unknown, const std::vector<std::string>& words);

// Returns "; did you mean 'stream'?", or "" if no word is close.
std::string suggestion(std::string_view unknown, const std::vector<std::string>& words);

}  // namespace penstock
