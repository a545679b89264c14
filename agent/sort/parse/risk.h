/* Marks on an attachment that a reader should see before opening it. */
#pragma once

#include "model/message.h"

/* `bytes` are decoded; `attachment` has its filename and content type. */
void parse_mark_risks(const guint8 *bytes, size_t size, Attachment *attachment);
/* Adds a risk unless it is there. */
void parse_mark(Attachment *attachment, const char *risk);
