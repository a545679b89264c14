# weights.S takes model.bin in as it is: it must find it, and be built anew with it.
if(TARGET room_sort_classify)
    set_source_files_properties(${CMAKE_SOURCE_DIR}/agent/sort/classify/weights.S PROPERTIES
        COMPILE_OPTIONS "-Wa,-I,${CMAKE_SOURCE_DIR}/agent/sort/classify"
        OBJECT_DEPENDS ${CMAKE_SOURCE_DIR}/agent/sort/classify/model.bin)
endif()
