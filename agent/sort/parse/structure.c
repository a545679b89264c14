#include "sort/parse/structure.h"

#include <stdint.h>
#include <string.h>

#include "sort/parse/fields.h"
#include "sort/parse/parameters.h"

enum {
    BOUNDARY_MOST = 998,
    PART_HEADER_BYTES = 128 << 10,
    PART_HEADERS = 2000
};

/* A multipart that is still open. */
typedef struct Frame {
    Part *part;
    char *boundary;
    size_t length;
} Frame;

typedef struct Walk {
    Span mail;
    StructureLimits limits;
    GArray *frames; /* Frame */
    Part *leaf;     /* the leaf whose lines are passing, or NULL */
    size_t leaf_from;
    size_t n_parts;
    const char *excess;
} Walk;

void
parse_free_part(Part *part)
{
    if (!part)
        return;
    for (guint i = 0; part->children && i < part->children->len; i++)
        parse_free_part(part->children->pdata[i]);
    if (part->children)
        g_ptr_array_free(part->children, TRUE);
    if (part->owned)
        g_byte_array_free(part->owned, TRUE);
    g_free(part->number);
    g_free(part->type);
    g_free(part);
}

bool
parse_part_is(const Part *part, const char *type)
{
    return strcmp(part->type, type) == 0;
}

bool
parse_part_starts(const Part *part, const char *prefix)
{
    return g_str_has_prefix(part->type, prefix);
}

static char *
type_of(Span field, const Part *parent)
{
    g_autofree char *said = field.at ? parse_leading_value(field) : NULL;

    if (said && strchr(said, '/') && !g_str_has_prefix(said, "/"))
        return g_steal_pointer(&said);
    if (said && strcmp(said, "text") == 0)
        return g_strdup("text/plain");
    if (!said && parent && parse_part_is(parent, "multipart/digest"))
        return g_strdup("message/rfc822");
    return g_strdup(said && *said ? "application/octet-stream" : "text/plain");
}

static char *
number_of(const Part *parent)
{
    guint index = parent ? parent->children->len + 1 : 1;

    if (!parent)
        return g_strdup("");
    if (!*parent->number)
        return g_strdup_printf("%u", index);
    return g_strdup_printf("%s.%u", parent->number, index);
}

static Part *
new_part(Walk *walk, Part *parent, const FieldList *fields)
{
    Part *part = g_new0(Part, 1);

    part->parent = parent;
    part->type_field = parse_field(fields, "Content-Type");
    part->disposition_field = parse_field(fields, "Content-Disposition");
    part->id_field = parse_field(fields, "Content-ID");
    part->location_field = parse_field(fields, "Content-Location");
    part->description_field = parse_field(fields, "Content-Description");
    part->transfer = parse_transfer(parse_field(fields, "Content-Transfer-Encoding"));
    part->has_type = part->type_field.at != NULL;
    part->type = type_of(part->type_field, parent);
    part->number = number_of(parent);
    if (parent)
        g_ptr_array_add(parent->children, part);
    walk->n_parts++;
    return part;
}

/* A multipart that cannot be divided shows its bytes. */
static void
become_text(Part *part)
{
    g_free(part->type);
    part->type = g_strdup("text/plain");
    part->type_field = (Span){NULL, 0};
}

/* The boundary that the body uses, whatever the field says: a first line of dashes and
 * a word, and fields of a part right under it. */
static char *
used_boundary(Span body)
{
    size_t next = 0;
    size_t after;
    Span line = {NULL, 0};
    Span under;

    while (next < body.size && line.size == 0)
        line = parse_trim_span(parse_line_at(body, next, &next));
    if (line.size < 3 || line.size > BOUNDARY_MOST || !parse_span_starts(line, "--") ||
        parse_span_find(line, '\0') < line.size)
        return NULL;
    under = parse_line_at(body, next, &after);
    return parse_span_starts(under, "Content-") ? g_strndup(line.at + 2, line.size - 2)
                                                : NULL;
}

/* A boundary is written once in the field and again above each part. */
static bool
is_used(Span body, const char *boundary)
{
    g_autofree char *line = g_strconcat("--", boundary, NULL);

    return memmem(body.at, body.size, line, strlen(line)) != NULL;
}

static char *
boundary_of(Walk *walk, const Part *part)
{
    g_autofree char *boundary = NULL;

    if (!parse_part_starts(part, "multipart/"))
        return NULL;
    boundary = parse_parameter(part->type_field, "boundary", NULL);
    if (boundary && strlen(boundary) > BOUNDARY_MOST) {
        walk->excess = "boundary_too_long";
        return NULL;
    }
    if (boundary && *g_strchomp(boundary) && is_used(part->body, boundary))
        return g_steal_pointer(&boundary);
    return used_boundary(part->body);
}

/* Reads the fields at `at`; returns where the body starts. */
static size_t
open_part(Walk *walk, size_t at, Part **opened)
{
    Part *parent = walk->frames->len
                       ? g_array_index(walk->frames, Frame, walk->frames->len - 1).part
                       : NULL;
    g_auto(FieldList) fields = {0};
    FieldLimits header_limits = {PART_HEADER_BYTES, PART_HEADERS};
    Part *part;
    char *boundary;

    if (!parent)
        header_limits = (FieldLimits){SIZE_MAX, SIZE_MAX};
    parse_read_fields(parse_slice(walk->mail, at, walk->mail.size), header_limits,
                      &fields);
    if (fields.excess)
        walk->excess = fields.excess;
    if (walk->n_parts >= walk->limits.parts)
        walk->excess = "too_many_parts";
    part = new_part(walk, parent, &fields);
    *opened = part;
    part->body = parse_slice(walk->mail, at + fields.body_at, walk->mail.size);
    boundary = boundary_of(walk, part);
    if (boundary) {
        Frame frame = {part, boundary, strlen(boundary)};

        if (walk->frames->len >= walk->limits.depth)
            walk->excess = "too_deep";
        part->children = g_ptr_array_new();
        g_array_append_val(walk->frames, frame);
        walk->leaf = NULL;
    } else {
        if (parse_part_starts(part, "multipart/"))
            become_text(part);
        walk->leaf = part;
        walk->leaf_from = at + fields.body_at;
    }
    return at + fields.body_at;
}

static void
free_frame(void *frame)
{
    g_free(((Frame *)frame)->boundary);
}

/* The line end before a boundary belongs to the boundary. */
static size_t
without_line_end(Span mail, size_t start, size_t end)
{
    if (end > start && mail.at[end - 1] == '\n')
        end--;
    if (end > start && mail.at[end - 1] == '\r')
        end--;
    return end;
}

static void
close_leaf(Walk *walk, size_t end)
{
    if (!walk->leaf)
        return;
    end = without_line_end(walk->mail, walk->leaf_from, MAX(end, walk->leaf_from));
    walk->leaf->body = parse_slice(walk->mail, walk->leaf_from, end);
    walk->leaf = NULL;
}

static void
close_frame(Walk *walk, size_t end)
{
    Part *part = g_array_index(walk->frames, Frame, walk->frames->len - 1).part;
    size_t start = (size_t)(part->body.at - walk->mail.at);

    part->body = parse_slice(walk->mail, start,
                             without_line_end(walk->mail, start, MAX(start, end)));
    if (part->children->len == 0) {
        g_clear_pointer(&part->children, g_ptr_array_unref);
        become_text(part);
    }
    g_array_set_size(walk->frames, walk->frames->len - 1);
}

static bool
is_boundary(Span line, const Frame *frame, bool *closes)
{
    Span rest;

    if (memcmp(line.at + 2, frame->boundary, frame->length) != 0)
        return false;
    rest = parse_slice(line, frame->length + 2, line.size);
    *closes = rest.size >= 2 && rest.at[0] == '-' && rest.at[1] == '-';
    return *closes || parse_trim_span(rest).size == 0;
}

/* The index of the frame whose boundary this line is, innermost first; -1: none. */
static int
frame_of(const Walk *walk, Span line, bool *closes)
{
    if (line.size < 3 || line.at[0] != '-' || line.at[1] != '-')
        return -1;
    for (guint i = walk->frames->len; i > 0; i--) {
        const Frame *frame = &g_array_index(walk->frames, Frame, i - 1);

        /* The last byte first: nested boundaries mostly differ there. */
        if (line.size >= frame->length + 2 &&
            line.at[frame->length + 1] == frame->boundary[frame->length - 1] &&
            is_boundary(line, frame, closes))
            return (int)(i - 1);
    }
    return -1;
}

static size_t
cross_boundary(Walk *walk, size_t line_at, size_t next, guint frame, bool closes)
{
    Part *opened;

    close_leaf(walk, line_at);
    while (walk->frames->len > frame + 1)
        close_frame(walk, line_at);
    if (!closes)
        return open_part(walk, next, &opened);
    close_frame(walk, line_at);
    return next;
}

static void
walk_lines(Walk *walk, size_t at)
{
    while (at < walk->mail.size && !walk->excess && walk->frames->len > 0) {
        size_t next;
        bool closes = false;
        Span line = parse_line_at(walk->mail, at, &next);
        int frame = frame_of(walk, line, &closes);

        at = frame < 0 ? next : cross_boundary(walk, at, next, (guint)frame, closes);
    }
}

Part *
parse_read_structure(Span mail, StructureLimits limits, const char **excess)
{
    g_autoptr(GArray) frames = g_array_new(FALSE, FALSE, sizeof(Frame));
    Walk walk = {.mail = mail, .limits = limits, .frames = frames};
    g_autoptr(Part) root = NULL;
    Part *opened;
    size_t at;

    g_array_set_clear_func(frames, free_frame);
    at = open_part(&walk, 0, &opened);
    root = opened;
    walk_lines(&walk, at);
    *excess = walk.excess;
    if (walk.excess)
        return NULL;
    if (walk.leaf == root)
        root->body = parse_slice(mail, walk.leaf_from, mail.size);
    else
        close_leaf(&walk, mail.size);
    while (walk.frames->len > 0)
        close_frame(&walk, mail.size);
    if (!root->children) {
        g_free(root->number);
        root->number = g_strdup("1");
    }
    return g_steal_pointer(&root);
}

void
parse_list_leaves(Part *root, GPtrArray *leaves)
{
    if (!root->children) {
        g_ptr_array_add(leaves, root);
        return;
    }
    for (guint i = 0; i < root->children->len; i++)
        parse_list_leaves(root->children->pdata[i], leaves);
}

GByteArray *
parse_decode_part(const Part *part)
{
    return parse_decode_transfer(part->body, part->transfer);
}
