/* A struct described once: from the one table come its freeing, its copy, its passage
 * between a sorter and the house, and its JSON (in event/).
 *
 * Adding a field to a noun is a member and a row. The macros refuse a row whose type
 * is not the member's. Names are the JSON names of the contract. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    FIELD_TEXT,  /* char *, owned, UTF-8; NULL is null */
    FIELD_BOOL,  /* bool */
    FIELD_INT,   /* int64_t; TIME_NONE is null */
    FIELD_REAL,  /* double */
    FIELD_TIME,  /* int64_t, epoch seconds; TIME_NONE is null; starts as TIME_NONE */
    FIELD_ENUM,  /* an enum, named by `names`; a value whose name is NULL is null */
    FIELD_TEXTS, /* GPtrArray of char *; NULL is the empty list */
    FIELD_LIST,  /* GPtrArray of structs of shape `of`; NULL is the empty list */
    FIELD_ONE,   /* a struct of shape `of`, inline */
    FIELD_MAYBE, /* pointer to a struct of shape `of`; NULL is null */
} FieldType;

typedef struct Shape Shape;

typedef struct Field {
    const char *name;
    FieldType type;
    size_t offset;
    const Shape *of;
    const char *const *names;
    size_t n_names;
} Field;

struct Shape {
    const char *name;
    size_t size_bytes;
    const Field *fields;
    size_t n_fields;
    bool as_pair; /* JSON: [first, second] instead of an object */
};

/* clang-format takes an initialiser's braces for a block. */
/* clang-format off */
/* _Generic takes no type in parentheses. NOLINTNEXTLINE(bugprone-macro-parentheses) */
#define SHAPE_IS(T, m, type) (0 * sizeof(_Generic(((T *)0)->m, type : 1)))
#define SHAPE_CHECKED(T, m, type, value) ((FieldType)((value) + SHAPE_IS(T, m, type)))
#define SHAPE_PLAIN(T, name, m, type, value)                                           \
    {name, SHAPE_CHECKED(T, m, type, value), offsetof(T, m), NULL, NULL, 0}
#define SHAPE_TEXT(T, name, m) SHAPE_PLAIN(T, name, m, char *, FIELD_TEXT)
#define SHAPE_BOOL(T, name, m) SHAPE_PLAIN(T, name, m, bool, FIELD_BOOL)
#define SHAPE_INT(T, name, m) SHAPE_PLAIN(T, name, m, int64_t, FIELD_INT)
#define SHAPE_REAL(T, name, m) SHAPE_PLAIN(T, name, m, double, FIELD_REAL)
#define SHAPE_TIME(T, name, m) SHAPE_PLAIN(T, name, m, int64_t, FIELD_TIME)
#define SHAPE_TEXTS(T, name, m) SHAPE_PLAIN(T, name, m, GPtrArray *, FIELD_TEXTS)
#define SHAPE_ENUM(T, name, m, table)                                                  \
    {name, FIELD_ENUM, offsetof(T, m), NULL, table, G_N_ELEMENTS(table)}
#define SHAPE_LIST(T, name, m, shape)                                                  \
    {name, SHAPE_CHECKED(T, m, GPtrArray *, FIELD_LIST), offsetof(T, m), shape, NULL, 0}
#define SHAPE_ONE(T, name, m, shape)                                                   \
    {name, FIELD_ONE, offsetof(T, m), shape, NULL, 0}
#define SHAPE_MAYBE(T, name, m, shape)                                                 \
    {name, FIELD_MAYBE, offsetof(T, m), shape, NULL, 0}
#define SHAPE_OF(T, table)                                                             \
    {#T, sizeof(T), table, G_N_ELEMENTS(table), false}
/* clang-format on */

/* All fields empty. shape_clear leaves the object as shape_init would. */
void shape_init(const Shape *shape, void *object);
void shape_clear(const Shape *shape, void *object);

/* On the heap: g_malloc'ed and initialised; shape_free accepts NULL. */
void *shape_new(const Shape *shape);
void shape_free(const Shape *shape, void *object);

/* `to` is initialised memory; what it held is cleared first. */
void shape_copy(const Shape *shape, void *to, const void *from);

/* Appends to the list at `list`, creating it when NULL; the new item is initialised
 * and owned by the list. */
void *shape_append(const Shape *shape, GPtrArray **list);
/* Takes `text`. */
void texts_append(GPtrArray **list, char *text);
size_t list_length(const GPtrArray *list);

/* The bytes of an object, and back. Reading trusts nothing: every length is checked,
 * texts must be UTF-8 without NUL, enums in range; FAULT_MESSAGE otherwise. */
void shape_write(const Shape *shape, const void *object, GByteArray *out);
bool shape_read(const Shape *shape, void *object, const uint8_t *bytes, size_t size,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;
