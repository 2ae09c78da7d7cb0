// The snapshot's bytes, so that the worker is one file. SNAPSHOT_FILE is named by BUILD.bazel.
    .section .rodata
    .balign 16
    .global mayfly_js_snapshot_begin
    .global mayfly_js_snapshot_end
mayfly_js_snapshot_begin:
    .incbin SNAPSHOT_FILE
mayfly_js_snapshot_end:
    .section .note.GNU-stack, "", @progbits
