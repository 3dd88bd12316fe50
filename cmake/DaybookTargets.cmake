# One function per kind of target, so that each folder's CMakeLists.txt only lists names.
get_filename_component(DAYBOOK_ROOT ${CMAKE_CURRENT_LIST_DIR}/.. ABSOLUTE)

# daybook_library(<folder> SOURCES … [DEPS folders…] [PRIVATE third-party targets…])
# Makes the library daybook_<folder>; DEPS must equal the folder's line in the layer table.
function(daybook_library folder)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;PRIVATE" ${ARGN})
  set(target daybook_${folder})
  add_library(${target} STATIC ${ARG_SOURCES})
  add_library(daybook::${folder} ALIAS ${target})
  target_include_directories(${target} PUBLIC ${DAYBOOK_ROOT})
  foreach(dep IN LISTS ARG_DEPS)
    target_link_libraries(${target} PUBLIC daybook::${dep})
  endforeach()
  target_link_libraries(${target} PRIVATE daybook_flags ${ARG_PRIVATE})
endfunction()

# daybook_program(<name> SOURCES … DEPS folders… [PRIVATE …])
function(daybook_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;PRIVATE" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${DAYBOOK_ROOT})
  foreach(dep IN LISTS ARG_DEPS)
    target_link_libraries(${name} PRIVATE daybook::${dep})
  endforeach()
  target_link_libraries(${name} PRIVATE daybook_flags ${ARG_PRIVATE})
endfunction()

# daybook_test(<name> SOURCES … DEPS folders… [PRIVATE …] [LABELS …] [TIMEOUT s])
# One executable; each TEST becomes a ctest entry with the given labels (default: unit). What stands in
# two executables needs two names, or ctest mixes their properties up: slow ones begin with "slow/".
function(daybook_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPS;PRIVATE;LABELS" ${ARGN})
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  daybook_program(${name} SOURCES ${ARG_SOURCES} DEPS ${ARG_DEPS}
    PRIVATE GTest::gtest GTest::gmock GTest::gtest_main ${ARG_PRIVATE})
  set(prefix "")
  if("slow" IN_LIST ARG_LABELS)
    set(prefix "slow/")
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST TEST_PREFIX "${prefix}" NO_PRETTY_VALUES
    PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
endfunction()

# daybook_flatbuffers(<target> <schema.fbs>): header generated into the build tree, seen only by <target>.
function(daybook_flatbuffers target schema)
  get_filename_component(name ${schema} NAME_WE)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/generated)
  add_custom_command(
    OUTPUT ${out}/${name}_generated.h
    COMMAND ${DAYBOOK_FLATC} --cpp --scoped-enums -o ${out} ${CMAKE_CURRENT_SOURCE_DIR}/${schema}
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${schema})
  add_custom_target(${target}_generated DEPENDS ${out}/${name}_generated.h)
  add_dependencies(daybook_generated ${target}_generated)
  target_sources(${target} PRIVATE ${out}/${name}_generated.h)
  target_include_directories(${target} SYSTEM PRIVATE ${out})
endfunction()
