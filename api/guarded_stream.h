// A stream that ends when the token of who reads it does.
#pragma once

#include <memory>

#include "api/call.h"
#include "api/response.h"

namespace daybook::api {

std::shared_ptr<Stream> until_revoked(const Call& call, std::shared_ptr<Stream> stream);

}  // namespace daybook::api
