// The option table of a stage, and checks of option values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "abi/penstock.h"

namespace penstock::client {

// Returns option i of a stage, for any stride.
const penstock_option_info& option_info(const penstock_stage& stage, size_t i);

// Returns the option of that name, compared without case, or nullptr.
const penstock_option_info* find_option(const penstock_stage& stage, std::string_view name);

// Returns whether value is one of words ("on|off"), compared without case.
bool is_one_of(std::string_view words, std::string_view value);

// Checks options with the stage's check(), and returns its result. Calls on_problem, with the arguments of
// penstock_problem_fn, for each problem. REQUIRES: the stage has check().
using OnProblem = std::function<void(size_t option_index, const penstock_error* error)>;
int32_t check_options(const penstock_stage& stage, const std::vector<penstock_option>& options,
                      const OnProblem& on_problem);

}  // namespace penstock::client
