#include "projections/token_list.h"

namespace daybook::projections {

TokenRow row_of(const events::TokenCreated& event) {
  TokenRow out;
  out.token = event.token;
  out.display_name = event.display_name;
  out.permissions.assign(event.permissions.begin(), event.permissions.end());
  out.expires_at = event.expires_at;
  return out;
}

// Who gave it another secret did not make it.
void TokenKind::change(const Changed&, const events::Meta& meta, Row& row) {
  row.Stamped::stamp(meta, row.created_at);
}

void TokenKind::encode(const Row& row, projections::Put& out) {
  out.text(row.display_name).varint(row.permissions.size());
  for (const std::string& permission : row.permissions) {
    out.text(permission);
  }
  out.zigzag(row.expires_at.value);
  put_stamp(out, row);
  out.text(row.created_by);
}

void TokenKind::decode(Scan& scan, Row& row) {
  row.display_name = scan.text();
  for (std::uint64_t n = scan.varint(); n > 0 && scan.ok(); --n) {
    row.permissions.emplace_back(scan.text());
  }
  row.expires_at = Micros{scan.zigzag()};
  scan_stamp(scan, row);
  row.created_by = scan.text();
}

}  // namespace daybook::projections
