# The slow readers of the sources: `ninja -C build/release tidy cppcheck`; tests/lint
# holds the quick ones. `check` is all of it, and every test.
find_program(CLANG_TIDY NAMES run-clang-tidy-14 run-clang-tidy)
find_program(CPPCHECK cppcheck)
foreach(READER CLANG_TIDY CPPCHECK)
    if(NOT ${READER})
        set(${READER} sh -c "echo 'config/install test brings ${READER}' && false")
    endif()
endforeach()

# .clang-tidy says what is asked, and why the rest is not.
add_custom_target(tidy
    COMMAND ${CLANG_TIDY} -quiet -j 2 -p ${CMAKE_BINARY_DIR} "${CMAKE_SOURCE_DIR}/agent/.*\\.c$"
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} USES_TERMINAL VERBATIM)

# varFuncNullUB: POSIX's NULL is a pointer. memleak: knows no g_array_append_val, which
# takes a struct with what it owns; LSan knows. internalAstError: cppcheck 2.10 stumbles
# over (Type){0} in a ?: and leaves the file.
add_custom_target(cppcheck
    COMMAND ${CPPCHECK} --quiet --error-exitcode=1 -j 2 --inline-suppr
        --project=${CMAKE_BINARY_DIR}/compile_commands.json --file-filter=*/agent/*
        --library=gtk --library=${CMAKE_CURRENT_LIST_DIR}/cppcheck.cfg
        --enable=warning,performance,portability
        --suppress=varFuncNullUB --suppress=memleak --suppress=internalAstError
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} USES_TERMINAL VERBATIM)

get_property(TEST_PROGRAMS DIRECTORY PROPERTY BUILDSYSTEM_TARGETS)
list(REMOVE_ITEM TEST_PROGRAMS tidy cppcheck)
add_custom_target(check
    COMMAND ${CMAKE_CTEST_COMMAND} --output-on-failure -j 2
    WORKING_DIRECTORY ${CMAKE_BINARY_DIR} USES_TERMINAL VERBATIM)
add_dependencies(check ${TEST_PROGRAMS} tidy cppcheck)
if(TARGET postroom)
    add_dependencies(check postroom)
endif()
