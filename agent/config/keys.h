/* The one table of keys: what postroom.yaml may say, and where in Config it goes.
 *
 * A new key is a member of the struct in config.h and a row in keys.c: the reader, the
 * defaults, the nearest name, the sample, the JSON Schema and the freeing follow. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    KEY_TEXT,     /* char * */
    KEY_FOLDER,   /* char *: a folder's name; "none" is NULL */
    KEY_WORD,     /* char *: one of `words` */
    KEY_ENUM,     /* an enum, named by `words` in its order */
    KEY_BOOL,     /* bool */
    KEY_COUNT,    /* int64_t from `least` to `most`; likewise the next two */
    KEY_DURATION, /* seconds: 60s, 5m, 2h, 90d, 4w */
    KEY_SIZE,     /* bytes: 50MiB, 256KiB, 10MB */
    KEY_START,    /* StartKind; a date goes to MailboxConfig.start_date */
    KEY_SECRET,   /* SecretSource */
    KEY_SECRETS,  /* GPtrArray of SecretSource: one, or a list */
    KEY_TEXTS,    /* GPtrArray of texts */
    KEY_MAP,      /* a struct of keys `of`, inline */
    KEY_LIST,     /* GPtrArray of structs of keys `of` */
    KEY_TEST,     /* RuleTest * */
} KeyType;

typedef struct KeyList KeyList;

typedef struct Key {
    const char *name;
    KeyType type;
    size_t offset;
    const char *help;
    const char *fallback; /* YAML, read when the key is not given; NULL: left empty */
    const char *sample; /* YAML; such a key stands in the sample, others as comments */
    const char *hint;   /* YAML shown in the comment where there is no fallback */
    bool is_required;
    const KeyList *of;
    const char *const *words; /* ends with NULL */
    int64_t least, most;
    bool (*fits)(const char *text); /* for a text, and each of texts */
    const char *needs;              /* what a text that does not fit is told */
} Key;

struct KeyList {
    size_t size_bytes; /* of the struct; 0: the keys lie in the struct around them */
    const Key *keys;
    size_t count; /* at most MOST_KEYS */
};

enum {
    MOST_KEYS = 32 /* of one map: their presence is kept in the bits of one word */
};

extern const KeyList config_keys;
extern const KeyList secret_keys; /* of a SecretSource, in the order of SecretKind */
extern const char *const rule_fields[]; /* of a rule test, ends with NULL */

/* Frees what the keys point to, not `object`. */
void keys_clear(const KeyList *keys, void *object);
