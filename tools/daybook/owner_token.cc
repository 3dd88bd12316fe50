#include "tools/daybook/owner_token.h"

#include "log/files.h"

namespace daybook::cli {
namespace {

constexpr std::string_view kFile = "owner-token";
constexpr std::size_t kIdTail = 6;  // digits behind "owner-": nobody else has had that id

bool has_owner(const access::TokenTable& table, Micros now) {
  bool out = false;
  table.each([&](const access::TableEntry& entry) {
    out = out || (entry.rights->is_all() && !entry.is_over(now));
  });
  return out;
}

}  // namespace

Result<OwnerToken> OwnerToken::prepare(const access::TokenTable& table, Micros now,
                                       const std::filesystem::path& directory, Entropy& entropy) {
  OwnerToken out;
  if (has_owner(table, now)) {
    return out;
  }
  const access::Secret secret = access::Secret::make(entropy);
  out.id_ = "owner-" + access::make_token_id(entropy).substr(0, kIdTail);
  out.hash_ = secret.hash;
  out.file_ = directory / kFile;
  DAYBOOK_TRY(log::replace_file(out.file_, access::token_text(out.id_, secret.digits) + "\n"));
  return out;
}

Status OwnerToken::create(scheduler::Sequencer& sequencer, CommandId request) {
  if (file_.empty()) {
    return {};
  }
  scheduler::CreateToken command;
  command.token = id_;
  command.display_name = "owner";
  command.permissions = {"*:*"};
  command.secret_hash = hash_;
  const auto created = sequencer.call(std::move(command), "system", request);
  if (created) {
    return {};
  }
  DAYBOOK_TRY(log::remove_file(file_));
  return fail(created.error());
}

}  // namespace daybook::cli
