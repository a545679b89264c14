/* What a house learned, as one flat table that sorters read in place: a head, the
 * overlay's rows, the slots of the spam filter. Built by learn.c in the house, handed
 * over as sealed memory; numbers in the order of the machine. */
#pragma once

#include "model.h"

typedef struct LearnedHead {
    char magic[8];
    uint32_t order;
    uint32_t features_version;
    uint32_t tokens_version;
    uint32_t overlay_rows; /* FEATURE_BUCKETS, or 0: there is no overlay */
    float overlay_scale[MODEL_CLASSES];
    uint32_t texts; /* corrections the overlay was trained on */
    uint32_t slots; /* a power of two, or 0: there is no filter */
    uint32_t spam_mails;
    uint32_t ham_mails;
} LearnedHead;

#define LEARNED_MAGIC "PRLEARN"

/* Token 0 is an empty slot. */
typedef struct SpamSlot {
    uint32_t token;
    uint16_t spam;
    uint16_t ham;
} SpamSlot;

typedef struct OverlayRow {
    int16_t of[MODEL_CLASSES];
} OverlayRow;

typedef struct Learned {
    const LearnedHead *head; /* NULL: nothing was learned */
    const OverlayRow *rows;
    const SpamSlot *slots;
} Learned;

/* Lends `bytes`. FAULT_FATAL: damaged, or made by another program. */
bool learned_open(Learned *learned, const void *bytes, size_t size,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
