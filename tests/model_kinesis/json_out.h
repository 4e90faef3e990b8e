// Writes the JSON of responses. REQUIRES: text is valid UTF-8; requests are checked for that.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/model_kinesis/codec.h"

namespace penstock::model {

class JsonOut {
 public:
  JsonOut& open(char bracket) {
    comma();
    out_ += bracket;
    first_ = true;
    return *this;
  }
  JsonOut& close(char bracket) {
    out_ += bracket;
    first_ = false;
    return *this;
  }
  JsonOut& key(std::string_view name) {
    string(name);
    out_ += ':';
    first_ = true;
    return *this;
  }
  JsonOut& string(std::string_view text) {
    comma();
    out_ += '"';
    for (const char c : text) {
      if (c == '"' || c == '\\') {
        out_ += '\\';
        out_ += c;
      } else if (static_cast<uint8_t>(c) < 0x20) {
        out_ += "\\u00";
        out_ += hex({&c, 1});
      } else {
        out_ += c;
      }
    }
    out_ += '"';
    return *this;
  }
  JsonOut& number(int64_t value) {
    comma();
    out_ += std::to_string(value);
    return *this;
  }
  // Writes a time in the service's format: seconds with a fraction.
  JsonOut& seconds(int64_t ms) {
    number(ms / 1000);
    const std::string fraction = std::to_string(1000 + ms % 1000);
    out_ += '.';
    out_.append(fraction, 1);
    return *this;
  }
  JsonOut& null() {
    comma();
    out_ += "null";
    return *this;
  }
  JsonOut& base64(std::string_view data) {
    comma();
    out_ += '"';
    append_base64(out_, data);
    out_ += '"';
    return *this;
  }
  std::string take() { return std::move(out_); }

 private:
  void comma() {
    if (!first_) out_ += ',';
    first_ = false;
  }

  std::string out_;
  bool first_ = true;
};

}  // namespace penstock::model
