/* The model's bytes, between two names that model.c knows. */
    .section .rodata
    .balign 16
    .globl postroom_model_start
postroom_model_start:
    .incbin "model.bin"
    .globl postroom_model_end
postroom_model_end:
    .byte 0
    .section .note.GNU-stack, "", @progbits
