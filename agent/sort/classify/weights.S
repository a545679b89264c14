/* The model's bytes and the canaries', each between two names that model.c and guard.c
 * know. */
    .section .rodata
    .balign 16
    .globl postroom_model_start
postroom_model_start:
    .incbin "model.bin"
    .globl postroom_model_end
postroom_model_end:
    .byte 0
    .globl postroom_canaries_start
postroom_canaries_start:
    .incbin "canaries.tsv"
    .globl postroom_canaries_end
postroom_canaries_end:
    .byte 0
    .section .note.GNU-stack, "", @progbits
