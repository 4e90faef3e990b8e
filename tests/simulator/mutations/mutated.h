// Which deliberate bug of mutations.toml is active, in the program that contains them.
#pragma once

namespace penstock {

inline int mutation_on = 0;  // numbered from 1, in the order of the table; 0: none

inline bool mutated(int number) { return mutation_on == number; }

}  // namespace penstock
