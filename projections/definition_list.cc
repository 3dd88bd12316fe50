#include "projections/definition_list.h"

namespace daybook::projections {
namespace {

template <typename Member>
void put_member(projections::Put& out, const Member& member) {
  if constexpr (std::is_same_v<Member, std::string>) {
    out.text(member);
  } else if constexpr (std::is_same_v<Member, Duration>) {
    out.zigzag(member.value);
  } else if constexpr (std::is_same_v<Member, bool>) {
    out.u8(member ? 1 : 0);
  } else if constexpr (std::is_signed_v<Member>) {
    out.zigzag(member);
  } else {
    out.varint(member);
  }
}

template <typename Member>
void scan_member(Scan& scan, Member& member) {
  if constexpr (std::is_same_v<Member, std::string>) {
    member = scan.text();
  } else if constexpr (std::is_same_v<Member, Duration>) {
    member = Duration{scan.zigzag()};
  } else if constexpr (std::is_same_v<Member, bool>) {
    member = scan.u8() != 0;
  } else if constexpr (std::is_signed_v<Member>) {
    member = static_cast<Member>(scan.zigzag());
  } else {
    member = static_cast<Member>(scan.varint());
  }
}

// Settings that came later stand behind the stamp, where rows ended until then.
bool is_behind_stamp(const events::Field& field) {
  return field.since > 1;
}

}  // namespace

DefinitionRow row_of(const events::DefinitionPut& event) {
  DefinitionRow out;
  out.definition = event.definition;
  events::copy_settings(event, out);
  return out;
}

void DefinitionKind::encode(const Row& row, projections::Put& out) {
  const auto put_some = [&](bool behind) {
    events::each_stored(row, [&](const events::Field& field, const auto& member) {
      if (is_behind_stamp(field) == behind) {
        put_member(out, member);
      }
    });
  };
  put_some(false);
  put_stamp(out, row);
  put_some(true);
}

void DefinitionKind::decode(Scan& scan, Row& row) {
  const auto scan_some = [&](bool behind) {
    events::each_stored(row, [&](const events::Field& field, auto& member) {
      if (is_behind_stamp(field) == behind) {
        scan_member(scan, member);
      }
    });
  };
  scan_some(false);
  scan_stamp(scan, row);
  scan_some(true);
}

}  // namespace daybook::projections
