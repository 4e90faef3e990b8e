// Which of the deliberate bugs is on, in the program that has them: mutations.toml.
#pragma once

namespace penstock {

inline int mutation_on = 0;  // counted from 1, in the order of the table; 0: none

inline bool mutated(int number) { return mutation_on == number; }

}  // namespace penstock
