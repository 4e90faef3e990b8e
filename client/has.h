// Members that a struct of the ABI may lack.
#pragma once

#include <cstddef>
#include <type_traits>

// Whether struct_size covers member, and member is not null.
#define PENSTOCK_HAS(pointer, member)                                                             \
  ((pointer)->struct_size >=                                                                      \
       offsetof(std::remove_cvref_t<decltype(*(pointer))>, member) + sizeof((pointer)->member) && \
   (pointer)->member != nullptr)
