#include "tools/daybook/apply_order.h"

#include <algorithm>
#include <limits>

#include "components/reactor/program.h"
#include "tools/daybook/json_text.h"

namespace daybook::cli {

namespace {

class ManifestModules final : public reactor::Modules {
 public:
  explicit ManifestModules(const Manifest& manifest) : manifest_(manifest) {}

  std::optional<std::string> code(std::string_view component) const override {
    const auto found =
        std::find_if(manifest_.resources.begin(), manifest_.resources.end(),
                     [&](const Resource& r) { return is_module(r) && r.id == component; });
    return found == manifest_.resources.end() ? std::nullopt
                                              : std::optional(cell(found->spec, "code"));
  }

 private:
  const Manifest& manifest_;
};

}  // namespace

bool is_module(const Resource& resource) {
  return resource.kind == ResourceKind::kComponent && resource.id.ends_with(".module.hrc");
}

std::size_t rank_of(const Resource& resource, const Manifest& manifest) {
  constexpr std::size_t kLast = std::numeric_limits<std::size_t>::max();
  if (resource.kind != ResourceKind::kComponent) {
    return kLast;
  }
  if (!is_module(resource)) {
    return kLast - 1;
  }
  return reactor::compile(resource.id, cell(resource.spec, "code"), ManifestModules(manifest),
                          reactor::OpenSets())
      .imports.size();
}

}  // namespace daybook::cli
