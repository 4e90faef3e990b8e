// Tags of records: text of the section with $log_group and its kin in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "abi/penstock.h"

namespace penstock::fluentbit {

class TagFormat {
 public:
  // text may be empty: no tag of its own, that of the section. problem: what is wrong with the text, else
  // untouched.
  static TagFormat parse(std::string_view text, std::string& problem);

  bool empty() const { return pieces_.empty(); }

  // The tag of a batch, into tag. Whoever writes logs chooses much of it, and outputs make paths of tags: bytes
  // other than letters, digits and _/.- become _, it is cut at 256 bytes, and it neither begins with / nor has ..
  // in it.
  void expand(const penstock_batch& batch, std::string& tag) const;

 private:
  struct Piece {
    std::string literal;
    penstock_bytes penstock_batch::*member;  // behind the literal; nullptr: nothing
  };
  std::vector<Piece> pieces_;
};

}  // namespace penstock::fluentbit
