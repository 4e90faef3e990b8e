#include "fluentbit/msgpack/receipt_in_metadata.h"

#include "abi/penstock.h"
#include "fluentbit/msgpack/msgpack_reader.h"

namespace penstock::fluentbit {

void append_receipts(std::string& out, std::string_view metadata) {
  MsgpackReader reader(metadata);
  MsgpackToken token;
  if (!reader.next(token) || token.kind != MsgpackToken::Kind::map) return;
  for (size_t left = token.count; left > 0; --left) {
    MsgpackReader key(reader.value());
    MsgpackReader value(reader.value());
    if (key.next(token) && token.kind == MsgpackToken::Kind::text && token.bytes == kReceiptKey &&
        value.next(token) && token.kind == MsgpackToken::Kind::binary &&
        token.bytes.size() == PENSTOCK_RECEIPT_BYTES)
      out += token.bytes;
  }
}

}  // namespace penstock::fluentbit
