#include "tests/simulator/sink.h"

#include <zlib.h>

#include <algorithm>

#include "base/crypto.h"

namespace penstock::simulator {

namespace {

constexpr std::string_view kKplMagic = "\xF3\x89\x9A\xC2";
constexpr std::string_view kGzipMagic = "\x1F\x8B";
constexpr size_t kDigestBytes = 16;

std::string inflated(std::string_view data) {
  z_stream z = {};
  inflateInit2(&z, 15 + 16);
  std::string text(data.size() * 20 + 1000, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  z.avail_in = static_cast<uInt>(data.size());
  int state = Z_OK;
  while (state == Z_OK) {
    if (z.total_out == text.size()) text.resize(text.size() * 2);
    z.next_out = reinterpret_cast<Bytef*>(text.data()) + z.total_out;
    z.avail_out = static_cast<uInt>(text.size() - z.total_out);
    state = inflate(&z, Z_NO_FLUSH);
  }
  text.resize(state == Z_STREAM_END ? z.total_out : 0);
  inflateEnd(&z);
  return text;
}

// The part of protobuf that the format uses: numbers, and bytes with a length.
struct Field {
  uint64_t id = 0;
  uint64_t number = 0;
  std::string_view bytes;
};

bool take_varint(std::string_view& rest, uint64_t& number) {
  number = 0;
  for (unsigned shift = 0; shift < 64 && !rest.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest.front());
    rest.remove_prefix(1);
    number |= uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

bool take_field(std::string_view& rest, Field& field) {
  uint64_t tag = 0;
  if (!take_varint(rest, tag) || !take_varint(rest, field.number)) return false;
  field.id = tag >> 3;
  if ((tag & 7) == 0) return true;
  if ((tag & 7) != 2 || field.number > rest.size()) return false;
  field.bytes = rest.substr(0, field.number);
  rest.remove_prefix(field.number);
  return true;
}

std::optional<std::vector<SinkRecord>> split(std::string_view data) {
  if (!data.starts_with(kKplMagic) || data.size() < kKplMagic.size() + kDigestBytes) return std::nullopt;
  std::string_view message = data.substr(kKplMagic.size(), data.size() - kKplMagic.size() - kDigestBytes);
  const auto digest = *md5(message);
  if (!std::equal(digest.begin(), digest.end(),
                  reinterpret_cast<const unsigned char*>(data.data() + data.size() - kDigestBytes)))
    return std::nullopt;
  std::vector<std::string_view> keys, hash_keys, records;
  for (Field field; !message.empty();) {
    if (!take_field(message, field) || field.id < 1 || field.id > 3) return std::nullopt;
    (field.id == 1 ? keys : field.id == 2 ? hash_keys : records).push_back(field.bytes);
  }
  std::vector<SinkRecord> out;
  for (std::string_view record : records) {
    SinkRecord one;
    for (Field field; !record.empty();) {
      if (!take_field(record, field)) return std::nullopt;
      if (field.id == 1) one.key = keys.at(field.number);
      if (field.id == 2) one.explicit_hash_key = hash_keys.at(field.number);
      if (field.id == 3) one.data = field.bytes;
    }
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

std::vector<SinkRecord> read_as_consumer(const model::Shard& shard, const model::Record& record) {
  auto apart = split(record.data);
  if (!apart) return {{record.partition_key, std::nullopt, record.data}};
  for (const SinkRecord& one : *apart) {
    const auto given = one.explicit_hash_key ? model::parse_hash_key(*one.explicit_hash_key) : std::nullopt;
    const model::HashKey hash = given.value_or(model::hash_of_partition_key(one.key));
    if (hash < shard.first || hash > shard.last) return {};
  }
  return *apart;
}

void Sink::look() {
  for (const model::Shard& shard : kinesis_.stream("out")->shards()) {
    uint64_t& seen = seen_[shard.index];
    for (; seen < shard.end(); ++seen) read(shard, shard.at(seen));
  }
}

void Sink::read(const model::Shard& shard, const model::Record& record) {
  for (const SinkRecord& one : read_as_consumer(shard, record)) {
    const std::string whole = one.data.starts_with(kGzipMagic) ? inflated(one.data) : one.data;
    for (std::string_view rest = whole; !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
      const auto item = Ledger::marked(line);
      if (!item || !line.starts_with('{') || !line.ends_with('}'))
        return checker_.violated(Rule::nothing_lost, "the sink has an invalid record: " + std::string(line));
      checker_.arrived(*item, one.key);
    }
  }
}

}  // namespace penstock::simulator
