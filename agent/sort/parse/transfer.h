/* Content-Transfer-Encoding, undone by GMime's codecs. (GMime's parser stays outside:
 * it opens iconv's files while it reads headers, recurses on `g:g:g:` and loops on some
 * boundaries. Its codecs are pure functions.) */
#pragma once

#include "sort/parse/span.h"

typedef enum {
    TRANSFER_PLAIN,
    TRANSFER_BASE64,
    TRANSFER_QUOTED,
    TRANSFER_UU,
} Transfer;

/* From the field's value; unknown words count as plain. */
Transfer parse_transfer(Span value);
GByteArray *parse_decode_transfer(Span body, Transfer transfer);
/* The same for what a person reads: lines that are no Base64 stay below it as they are.
 */
GByteArray *parse_decode_text(Span body, Transfer transfer);
