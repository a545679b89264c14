/* Outlook's rich text: MS-OXRTFCP's compression, and the words in it. */
#pragma once

#include "sort/parse/span.h"

/* The text as UTF-8; NULL when it is none. `compressed` is PR_RTF_COMPRESSED. Owned. */
char *parse_rtf_text(Span compressed);
