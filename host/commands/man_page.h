// The man page penstock(1).
#pragma once

#include <string>

namespace penstock::host {

// Returns the page in the format of man(7), made from the descriptions of the commands, including those of the
// stages of the default plugin.
std::string man_page();

}  // namespace penstock::host
