# Benchmarks of projections/: queue fold, views rebuild.
daybook_program(projections_bench
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/projections_queue_bench.cc
    ${CMAKE_CURRENT_LIST_DIR}/projections_statistics_bench.cc
    ${CMAKE_CURRENT_LIST_DIR}/projections_views_bench.cc
  DEPS projections
  PRIVATE benchmark::benchmark benchmark::benchmark_main
)
