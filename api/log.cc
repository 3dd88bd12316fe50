// GET /resources/log/head, GET /resources/log/verify: receipts against the history.
#include <limits>

#include "api/facts.h"
#include "api/handlers.h"
#include "base/hex.h"
#include "base/json_writer.h"

namespace daybook::api {
namespace {

// The chain hash of one record.
Result<Hash> chain_at(log::Log& log, Seq seq) {
  DAYBOOK_ASSIGN(const auto cursor, log.read(seq));
  events::RecordView view;
  DAYBOOK_ASSIGN(const bool there, cursor->next(view));
  if (!there) {
    return fail(Code::kUnavailable, "LOG_BEHIND", "the log has not got so far");
  }
  return view.header.chain;
}

}  // namespace

Answer<Response> log_head(const Call& call) {
  log::Log& log = call.engine().log;
  // The hash belongs to the seq that is told, whatever is appended meanwhile.
  const Seq last = log.last();
  Hash chain = events::genesis();
  if (last.value > 0) {
    DAYBOOK_ASSIGN(chain, chain_at(log, last));
  }
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.member("seq", last);
  json.member("hash", to_hex(chain));
  json.member("firstSeq", log.first());
  json.end_object();
  return out;
}

// Is that receipt still part of this history? A "no" proves a loss or a change to whoever holds it.
Answer<Response> log_verify(const Call& call) {
  log::Log& log = call.engine().log;
  DAYBOOK_ASSIGN(const auto seq,
                 call.query.number("seq", 0, 1, std::numeric_limits<std::uint64_t>::max() - 1));
  const auto claimed = parse_hash(call.query.find("hash").value_or(""));
  if (seq == 0) {
    return refuse(Code::kInvalid, "INVALID_FIELD", "is required", "seq");
  }
  if (!claimed) {
    return refuse(Code::kInvalid, "INVALID_FIELD", "must be 64 hexadecimal digits", "hash");
  }
  const Seq last = log.last();
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.member("seq", seq);
  json.member("hash", to_hex(*claimed));
  if (Seq{seq} > last) {
    json.member("verified", false);
    json.member("reason", "BEYOND_HEAD");
  } else {
    DAYBOOK_ASSIGN(const Hash chain, chain_at(log, Seq{seq}));
    json.member("verified", chain == *claimed);
    if (chain != *claimed) {
      json.member("reason", "OTHER_HASH");
      json.member("actualHash", to_hex(chain));
    }
  }
  json.member("headSeq", last);
  json.end_object();
  return out;
}

}  // namespace daybook::api
