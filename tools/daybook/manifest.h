// Manifests: multi-document YAML, each document a resource `uri` and its `spec`. The page is
// docs/manifests.md.
//
// Reading checks everything that can be checked without a server and goes on after an error, so
// that one run names them all. What a manifest names by `codeFile` is read here, so a Resource is
// ready to be sent.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "base/result.h"

namespace daybook::cli {

// Bounds of one manifest; its components' code has base/limits.h.
inline constexpr std::size_t kManifestBytesMax = 8 * 1024 * 1024;
inline constexpr std::size_t kManifestDocumentsMax = 10'000;
// Values of one document after its anchors are expanded: a few lines of aliases of aliases mean
// billions.
inline constexpr std::size_t kManifestValuesMax = 100'000;

enum class ResourceKind { kComponent, kDefinition, kRule };

struct Resource {
  ResourceKind kind = ResourceKind::kComponent;
  std::string id;
  std::string uri;           // /resources/<class>/<id>
  boost::json::object spec;  // as it is sent
  std::string place;         // "h_manifest.yaml:12", of its uri
};

struct Manifest {
  std::vector<Resource> resources;
  std::vector<Error> problems;  // field is "<file>:<line>"
};

struct ManifestOptions {
  bool allow_outside = false;  // codeFile may lead out of the manifest's directory
};

// `text` is the manifest, `name` what errors call it, `directory` what codeFile is relative to.
// Adds to `manifest`, so that several files are one set: a uri may stand in it once.
void read_manifest(std::string_view text, const std::string& name,
                   const std::filesystem::path& directory, const ManifestOptions& options,
                   Manifest& manifest);

// The same from a file, or from `in` when the path is "-" (codeFile is then relative to the current
// directory).
void read_manifest_file(const std::string& path, std::istream& in, const ManifestOptions& options,
                        Manifest& manifest);

// The file that a manifest in `directory` names. Refuses what lies outside of the directory after
// all symbolic links are followed (unless allowed), what is not a regular file, not UTF-8, or over
// `bytes_max`.
Result<std::string> read_code_file(const std::filesystem::path& directory, const std::string& name,
                                   bool allow_outside, std::size_t bytes_max);

}  // namespace daybook::cli
