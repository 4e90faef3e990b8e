#include "plugin/fluentbit/receipt_in_metadata.h"

#include "abi/penstock.h"
#include "plugin/fluentbit/msgpack_reader.h"

namespace penstock::fluentbit {

std::string_view receipt_in(std::string_view metadata) {
  MsgpackReader reader(metadata);
  MsgpackToken map;
  if (!reader.next(map) || map.kind != MsgpackToken::Kind::map) return {};
  for (size_t i = 0; i < map.count; ++i) {
    MsgpackReader key_reader(reader.value());
    MsgpackReader value_reader(reader.value());
    MsgpackToken key;
    MsgpackToken value;
    if (key_reader.next(key) && key.kind == MsgpackToken::Kind::text && key.bytes == kReceiptKey &&
        value_reader.next(value) && value.kind == MsgpackToken::Kind::binary &&
        value.bytes.size() == PENSTOCK_RECEIPT_BYTES)
      return value.bytes;
  }
  return {};
}

}  // namespace penstock::fluentbit
