// A stored row of the sending list. Private to projections/.
#pragma once

#include <string>
#include <string_view>

#include "projections/sending_rows.h"

namespace daybook::projections {

std::string encode_sending(const SendingRow& row);
// False when the bytes are not such a row.
bool decode_sending(Seq key, std::string_view value, SendingRow& row);

}  // namespace daybook::projections
