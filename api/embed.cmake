# cmake -DIN=<openapi.json> -DOUT=<openapi_document.cc> -P embed.cmake
file(READ ${IN} document)
file(WRITE ${OUT} "#include \"api/openapi_document.h\"\n
namespace daybook::api {\n
std::string_view openapi_document() {
  static constexpr std::string_view kDocument = R\"openapi(${document})openapi\";
  return kDocument;
}\n
}  // namespace daybook::api\n")
