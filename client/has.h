// Members that a struct of the ABI may not have.
#pragma once

#include <cstddef>
#include <type_traits>

// Whether a struct that starts with struct_size reaches to the end of member, and member is not null.
#define PENSTOCK_HAS(pointer, member)                                                             \
  ((pointer)->struct_size >=                                                                      \
       offsetof(std::remove_cvref_t<decltype(*(pointer))>, member) + sizeof((pointer)->member) && \
   (pointer)->member != nullptr)
