# Language level, warnings and sanitizers for every target of the project.
option(DAYBOOK_TESTS "Build the tests" ON)
option(DAYBOOK_BENCH "Build the benchmarks" ON)
option(DAYBOOK_WERROR "Treat warnings as errors" ON)
option(DAYBOOK_FUZZ "Build the libFuzzer targets (clang only)" OFF)
option(DAYBOOK_UNITY "Compile sources in batches: headers cost more than the code, so the build takes a third" ON)
set(DAYBOOK_SANITIZE "" CACHE STRING "Sanitizers: empty, address (with undefined) or thread")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

if(DAYBOOK_UNITY)
  set(CMAKE_UNITY_BUILD ON)
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 8 CACHE STRING "Sources in one batch")
endif()

find_program(DAYBOOK_CCACHE ccache)
if(DAYBOOK_CCACHE)
  # What is compiled is shared between checkouts in different folders. A batch names its sources by
  # where the checkout is, so it is the preprocessed text that must be the same, not the batch.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env --unset=CCACHE_DEPEND
    CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${DAYBOOK_CCACHE})
endif()

add_library(daybook_flags INTERFACE)
target_compile_options(daybook_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wnon-virtual-dtor
  -Woverloaded-virtual -Wimplicit-fallthrough)
target_compile_definitions(daybook_flags INTERFACE _GLIBCXX_ASSERTIONS)
if(DAYBOOK_WERROR)
  target_compile_options(daybook_flags INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(daybook_flags INTERFACE -Wthread-safety)
endif()

if(DAYBOOK_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # In a batch g++ takes a source for a header, whose types should not hold what only that source knows.
  target_compile_options(daybook_flags INTERFACE -Wno-subobject-linkage)
endif()

if(DAYBOOK_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
elseif(DAYBOOK_SANITIZE STREQUAL "thread")
  # g++ 12 warns that atomic_thread_fence inside Asio is not seen by the thread sanitizer.
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer -Wno-tsan)
  add_link_options(-fsanitize=thread)
elseif(DAYBOOK_SANITIZE)
  message(FATAL_ERROR "DAYBOOK_SANITIZE is '${DAYBOOK_SANITIZE}'; it must be empty, address or thread")
endif()

if(DAYBOOK_FUZZ)
  # Coverage in every library; only the fuzz targets themselves link the fuzzer.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
