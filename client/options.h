// The options of a stage: its table of them, and values to check.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "abi/penstock.h"

namespace penstock::client {

// Returns option i of a stage, whatever the stride.
const penstock_option_info& option_info(const penstock_stage& stage, size_t i);

// Returns the option of that name, compared without case, or nullptr.
const penstock_option_info* find_option(const penstock_stage& stage, std::string_view name);

// Whether value, compared without case, is one of words ("on|off").
bool is_one_of(std::string_view words, std::string_view value);

// Has the stage check options, and calls on_problem for each problem, with what penstock_problem_fn gets. Returns
// what check() does. REQUIRES: the stage has check().
using OnProblem = std::function<void(size_t option_index, const penstock_error* error)>;
int32_t check_options(const penstock_stage& stage, const std::vector<penstock_option>& options,
                      const OnProblem& on_problem);

}  // namespace penstock::client
