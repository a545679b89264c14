/* Outlook's winmail.dat (MS-OXTNEF): what one message in it carries. Bytes are lent
 * from the stream; every length in it is checked against what is there. */
#pragma once

#include <stdbool.h>

#include "sort/parse/span.h"

typedef struct TnefFile {
    Span name; /* the long one, else the short one */
    Span type; /* "application/pdf"; empty: not said */
    Span content_id;
    Span bytes;
    bool is_name_wide; /* UTF-16 */
    bool is_message;   /* `bytes` is a stream of its own */
} TnefFile;

typedef struct TnefStream {
    Span text;
    Span html;
    Span rtf;           /* compressed */
    bool is_text_wide;  /* UTF-16 */
    unsigned code_page; /* of texts that are not wide; 0: not said */
    GArray *files;      /* TnefFile */
    bool is_broken;     /* it ends within an attribute */
} TnefStream;

bool parse_is_tnef(Span bytes);
/* What stands before the place where the stream breaks is kept. */
void parse_read_tnef(Span bytes, TnefStream *out);
void parse_clear_tnef(TnefStream *stream);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TnefStream, parse_clear_tnef)
