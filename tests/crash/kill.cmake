# SIGKILL of the real binary: a few rounds in every run of the tests, two hundred under the label crash.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
foreach(kills 5 200)
  add_test(NAME crash.kill_${kills}
    COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/kill_test.py
      --daybook $<TARGET_FILE:daybook> --kills ${kills})
endforeach()
set_tests_properties(crash.kill_5 PROPERTIES LABELS e2e TIMEOUT 300)
set_tests_properties(crash.kill_200 PROPERTIES LABELS crash TIMEOUT 3000)
