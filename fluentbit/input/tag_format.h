// Tags of records: text of the section with variables like $log_group.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "abi/penstock.h"

namespace penstock::fluentbit {

class TagFormat {
 public:
  // Parses a tag format. An empty text means the section's tag. problem: set if the text is invalid.
  static TagFormat parse(std::string_view text, std::string& problem);

  bool empty() const { return pieces_.empty(); }

  // Sets tag to the tag of a batch. The author of the logs controls much of it, and outputs build paths
  // from tags. So bytes other than letters, digits and _/.- become _, the tag has at most 256 bytes, and it
  // neither begins with / nor contains ..
  void expand(const penstock_batch& batch, std::string& tag) const;

 private:
  struct Piece {
    std::string literal;
    penstock_bytes penstock_batch::*member;  // after the literal; nullptr: nothing
  };
  std::vector<Piece> pieces_;
};

}  // namespace penstock::fluentbit
