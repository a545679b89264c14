/* The structure of a mail: its parts, found by one walk over the lines with a stack of
 * boundaries. Bytes are lent from the mail; nothing is decoded here. */
#pragma once

#include "sort/parse/span.h"
#include "sort/parse/transfer.h"

typedef struct Part Part;
struct Part {
    Part *parent;
    GPtrArray *children; /* Part; NULL: a leaf */
    char *number;        /* IMAP part number */
    char *type;          /* "text/plain", lower case, never NULL */
    Span type_field;     /* raw values; `at` NULL when absent */
    Span disposition_field;
    Span id_field;
    Span location_field;
    Span description_field;
    Transfer transfer;
    Span body; /* still transfer-encoded */
    bool has_type;
    GByteArray *owned; /* bytes that `body` and the fields of an opened part lie in */
};

typedef struct StructureLimits {
    size_t parts;
    size_t depth;
} StructureLimits;

/* The tree of the mail; NULL and `excess` named when a limit is passed. */
Part *parse_read_structure(Span mail, StructureLimits limits, const char **excess);
void parse_free_part(Part *part);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Part, parse_free_part)

bool parse_part_is(const Part *part, const char *type);
bool parse_part_starts(const Part *part, const char *prefix);
/* Appends the leaves in order; lent. */
void parse_list_leaves(Part *root, GPtrArray *leaves);
GByteArray *parse_decode_part(const Part *part);
