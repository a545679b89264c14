/* The fields of the header that a Message has a place for. */
#pragma once

#include "model/message.h"
#include "model/settings.h"
#include "sort/parse/fields.h"

/* `fallback`: charset of raw 8-bit header bytes, or NULL. */
void parse_read_envelope(const FieldList *fields, const SortSettings *settings,
                         const char *fallback, Message *message);
/* Appends at most `most` Header items. */
void parse_list_headers(const FieldList *fields, const char *fallback, size_t most,
                        GPtrArray **headers);
void parse_add_defect(Message *message, const char *defect);
