#include "tests/model_kinesis/token.h"

#include <cstdlib>
#include <vector>

#include "tests/model_kinesis/codec.h"

namespace penstock::model {
namespace {

constexpr std::string_view kVersion("\0\0\0\0\0\0\0\1", 8);
constexpr size_t kTagBytes = 16;

}  // namespace

std::string Token::seal(std::string_view key) const {
  // The stream's name comes last because it is the only field of free text.
  std::string raw(kVersion);
  raw.append(1, kind)
      .append("/")
      .append(std::to_string(created_ms))
      .append("/")
      .append(std::to_string(generation));
  raw.append("/").append(std::to_string(shard)).append("/").append(std::to_string(position));
  raw.append("/").append(std::to_string(filter)).append("/").append(std::to_string(filter_ms)).append("/");
  raw.append(stream);
  raw.append(hmac_sha256(key, raw), 0, kTagBytes);
  std::string out;
  append_base64(out, raw);
  return out;
}

std::optional<Token> open_token(std::string_view text, char kind, std::string_view key) {
  std::string buffer(text);
  const std::optional<std::string_view> raw = decode_base64(buffer);
  if (!raw || raw->size() < kVersion.size() + kTagBytes) return std::nullopt;
  const std::string_view sealed = raw->substr(0, raw->size() - kTagBytes);
  if (hmac_sha256(key, sealed).compare(0, kTagBytes, raw->substr(sealed.size())) != 0) return std::nullopt;

  // The digest proves that the model wrote it, so the fields need no further checks.
  std::string_view rest = sealed.substr(kVersion.size());
  const auto next = [&rest] {
    const size_t slash = rest.find('/');
    const std::string field(rest.substr(0, slash));
    rest.remove_prefix(slash + 1);
    return std::strtoull(field.c_str(), nullptr, 10);
  };
  if (rest[0] != kind) return std::nullopt;
  rest.remove_prefix(2);
  Token token;
  token.kind = kind;
  token.created_ms = static_cast<int64_t>(next());
  token.generation = next();
  token.shard = static_cast<uint32_t>(next());
  token.position = next();
  token.filter = static_cast<uint32_t>(next());
  token.filter_ms = static_cast<int64_t>(next());
  token.stream = rest;
  return token;
}

}  // namespace penstock::model
