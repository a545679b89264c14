/* The SQL of schema/, embedded: one source of truth for the program and for people. */
    .section .rodata
    .global store_schema_001
    .type store_schema_001, %object
store_schema_001:
    .incbin "001_house.sql"
    .byte 0
    .size store_schema_001, . - store_schema_001
    .section .note.GNU-stack, "", %progbits
