#include "projections/rule_list.h"

namespace daybook::projections {

RuleRow row_of(const events::RulePut& event) {
  RuleRow out;
  out.rule = event.rule;
  out.components = event.components.text;
  out.display_name = event.display_name;
  return out;
}

void RuleKind::encode(const Row& row, projections::Put& out) {
  out.text(row.components).text(row.display_name);
  put_stamp(out, row);
}

void RuleKind::decode(Scan& scan, Row& row) {
  row.components = scan.text();
  row.display_name = scan.text();
  scan_stamp(scan, row);
}

}  // namespace daybook::projections
