# Writes OUT, a header that names the commit of SOURCE_DIR; touches it only when that changed.
execute_process(
  COMMAND git -C ${SOURCE_DIR} describe --always --dirty --tags
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed OR commit STREQUAL "")
  set(commit unknown)
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT [[
#pragma once
inline constexpr const char* kCommit = "@commit@";
]] @ONLY)
