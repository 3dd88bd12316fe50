#include "api/guarded_stream.h"

#include <utility>

namespace daybook::api {
namespace {

class GuardedStream final : public Stream {
 public:
  GuardedStream(const Call& call, std::shared_ptr<Stream> stream)
      : context_(call.context), caller_(call.caller), stream_(std::move(stream)) {}

  // Cut off: who reads sees that it did not end by itself.
  Result<Piece> next() override {
    if (!is_live(context_->engine, caller_)) {
      return fail(Code::kUnauthorized, "UNAUTHORIZED", "a valid token is needed", "Authorization");
    }
    return stream_->next();
  }
  Seq position() const override { return stream_->position(); }
  std::string_view heartbeat() const override { return stream_->heartbeat(); }

 private:
  const std::shared_ptr<Context> context_;
  const Caller caller_;
  const std::shared_ptr<Stream> stream_;
};

}  // namespace

std::shared_ptr<Stream> until_revoked(const Call& call, std::shared_ptr<Stream> stream) {
  if (call.engine().tokens == nullptr) {
    return stream;
  }
  return std::make_shared<GuardedStream>(call, std::move(stream));
}

}  // namespace daybook::api
