#include "projections/definition_list.h"

namespace daybook::projections {
namespace {

// It came when rows had an end already.
bool is_behind_stamp(const events::Field& field) {
  return field.form == events::FieldForm::kEffects;
}

}  // namespace

DefinitionRow DefinitionKind::row_of(const Put& event) {
  DefinitionRow out;
  out.definition = event.definition;
  events::copy_settings(event, out);
  return out;
}

void DefinitionKind::encode(const Row& row, projections::Put& out) {
  events::each_stored(row, [&](const events::Field& field, const auto& member) {
    using Member = std::remove_cvref_t<decltype(member)>;
    if (is_behind_stamp(field)) {
      return;
    }
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
  });
  put_stamp(out, row);
  out.text(row.on_failure);
}

void DefinitionKind::decode(Scan& scan, Row& row) {
  events::each_stored(row, [&](const events::Field& field, auto& member) {
    using Member = std::remove_cvref_t<decltype(member)>;
    if (is_behind_stamp(field)) {
      return;
    }
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
  });
  scan_stamp(scan, row);
  row.on_failure = scan.text();
}

}  // namespace daybook::projections
