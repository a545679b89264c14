# weights.S takes model.bin and canaries.tsv in as they are: it must find them, and be built anew
# with them.
if(TARGET room_sort_classify)
    set_source_files_properties(${CMAKE_SOURCE_DIR}/agent/sort/classify/weights.S PROPERTIES
        COMPILE_OPTIONS "-Wa,-I,${CMAKE_SOURCE_DIR}/agent/sort/classify"
        OBJECT_DEPENDS "${CMAKE_SOURCE_DIR}/agent/sort/classify/model.bin;${CMAKE_SOURCE_DIR}/agent/sort/classify/canaries.tsv")
endif()
