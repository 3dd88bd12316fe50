# Real power loss: needs root, loop devices and ext4 (docs/testing.md).
daybook_program(power_loss_writer SOURCES power_loss_writer.cc DEPS log log_rig)
daybook_test(power_loss_test SOURCES power_loss_test.cc DEPS log log_rig LABELS crash TIMEOUT 600)
target_compile_definitions(power_loss_test PRIVATE
  DAYBOOK_POWER_LOSS_WRITER="$<TARGET_FILE:power_loss_writer>")
add_dependencies(power_loss_test power_loss_writer)
