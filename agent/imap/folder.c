/* Which folders there are, and opening one for reading. */
#include "imap/session.h"

#include <string.h>

#include "base/fault.h"
#include "imap/folder_name.h"
#include "imap/hint.h"

enum {
    NAME_LIMIT_BYTES = 4096,
    FOLDERS_LIMIT = 50000,
};

void
imap_folder_free(ImapFolder *folder)
{
    if (!folder)
        return;
    g_free(folder->wire_name);
    g_free(folder->name);
    g_free(folder);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImapFolder, imap_folder_free)

typedef struct RoleAttribute {
    const char *attribute;
    FolderRole role;
} RoleAttribute;

static const RoleAttribute role_attributes[] = {
    {"\\JUNK", FOLDER_JUNK},
    {"\\SPAM", FOLDER_JUNK}, /* XLIST's word, which some servers kept */
    {"\\SENT", FOLDER_SENT},
};

/* The attribute list of a LIST response. */
static bool
read_attributes(Parser *parser, ImapFolder *folder, bool *is_selectable, GError **error)
{
    char word[WORD_BYTES];

    parser_spaces(parser);
    if (!parser_accept(parser, '('))
        return parser_fault(error, "a LIST response has no attributes");
    for (;;) {
        parser_spaces(parser);
        if (parser_accept(parser, ')'))
            return true;
        if (!parser_word(parser, word, sizeof word))
            return parser_fault(error, "a LIST response has a strange attribute");
        if (strcmp(word, "\\NOSELECT") == 0 || strcmp(word, "\\NONEXISTENT") == 0)
            *is_selectable = false;
        for (size_t i = 0; i < G_N_ELEMENTS(role_attributes); i++) {
            if (strcmp(word, role_attributes[i].attribute) != 0)
                continue;
            folder->role = role_attributes[i].role;
            folder->has_role = true;
        }
    }
}

static bool
read_folder(Parser *parser, ImapFolder *folder, bool *is_selectable, GError **error)
{
    g_auto(Text) name = {0};

    if (!read_attributes(parser, folder, is_selectable, error))
        return false;
    parser_spaces(parser);
    if (!parser_skip_value(parser, error)) /* the hierarchy's delimiter */
        return false;
    parser_spaces(parser);
    if (!parser_text(parser, (Keep){.whole = NAME_LIMIT_BYTES}, &name, error))
        return false;
    /* "NIL" bare is a folder's name here: an astring is never nil. */
    if (name.is_nil)
        folder->wire_name = g_strdup("NIL");
    else if (name.kept_bytes > 0 && !memchr(name.bytes, '\0', name.kept_bytes))
        folder->wire_name = g_strndup((const char *)name.bytes, name.kept_bytes);
    else
        *is_selectable = false; /* nameless, or longer than any real name */
    return true;
}

/* Takes `folder`, which may have been listed before. */
static void
add_folder(GPtrArray *folders, ImapFolder *folder)
{
    for (guint i = 0; i < folders->len; i++) {
        const ImapFolder *known = folders->pdata[i];

        if (strcmp(known->wire_name, folder->wire_name) != 0)
            continue;
        if (known->has_role) {
            imap_folder_free(folder);
            return;
        }
        (void)g_ptr_array_remove_index(folders, i); /* and frees it */
        break;
    }
    if (g_ascii_strcasecmp(folder->wire_name, "INBOX") == 0) {
        folder->role = FOLDER_INBOX;
        folder->has_role = true;
    }
    folder->name = folder_name_decode(folder->wire_name);
    g_ptr_array_add(folders, folder);
}

static bool
hear_folder(ImapSession *session, const Response *response, void *self, GError **error)
{
    GPtrArray *folders = self;
    g_autoptr(ImapFolder) folder = NULL;
    bool is_selectable = true;

    if (response->kind != RESPONSE_FACT || strcmp(response->word, "LIST") != 0)
        return session_skip(session, response, error);
    if (folders->len == FOLDERS_LIMIT)
        return parser_fault(error, "it lists too many folders");
    folder = g_new0(ImapFolder, 1);
    if (!read_folder(&session->parser, folder, &is_selectable, error) ||
        !session_skip(session, response, error))
        return false;
    if (!is_selectable)
        return true;
    add_folder(folders, g_steal_pointer(&folder));
    return true;
}

/* It is always there (RFC 9051 section 5.1), whatever a server lists or refuses to. */
static void
add_inbox(GPtrArray *folders)
{
    ImapFolder *inbox;

    for (guint i = 0; i < folders->len; i++) {
        inbox = folders->pdata[i];
        if (inbox->has_role && inbox->role == FOLDER_INBOX)
            return;
    }
    inbox = g_new0(ImapFolder, 1);
    inbox->wire_name = g_strdup("INBOX");
    add_folder(folders, inbox);
}

static bool
list_with(ImapSession *session, const char *command, GPtrArray *folders,
          Response *reply, GError **error)
{
    Listener listener = {.hear = hear_folder, .self = folders};
    char tag[TAG_BYTES];

    g_ptr_array_set_size(folders, 0);
    return session_command(session, command, tag, error) &&
           session_settle(session, tag, listener, reply, error);
}

GPtrArray *
imap_list(ImapSession *session, GError **error)
{
    static const char plain[] = "LIST \"\" \"*\"";
    g_autoptr(GPtrArray) folders =
        g_ptr_array_new_with_free_func((GDestroyNotify)imap_folder_free);
    bool asks_roles =
        imap_has(session, "SPECIAL-USE") && imap_has(session, "LIST-EXTENDED");
    Response reply = {.condition = CONDITION_BAD};

    if (!session_is_usable(session, error))
        return NULL;
    if (asks_roles && !list_with(session, "LIST \"\" \"*\" RETURN (SPECIAL-USE)",
                                 folders, &reply, error))
        return NULL;
    /* Some offer what they then refuse. */
    if (reply.condition == CONDITION_BAD &&
        !list_with(session, plain, folders, &reply, error))
        return NULL;
    if (reply.condition == CONDITION_OK || !hint_is_temporary(&reply)) {
        add_inbox(folders);
        return g_steal_pointer(&folders);
    }
    g_set_error(error, FAULT, FAULT_RETRY, "the server does not list its folders: %s",
                reply.text);
    return NULL;
}

/* A number the server did not give, or that no server can mean, is 0. */
static int64_t
believable(uint64_t number)
{
    return number <= G_MAXINT64 ? (int64_t)number : 0;
}

static void
learn_state(ImapState *state, const Response *response)
{
    int64_t number = believable(response->code_numbers[0]);

    if (strcmp(response->code, "UIDVALIDITY") == 0)
        state->uidvalidity = number;
    if (strcmp(response->code, "UIDNEXT") == 0)
        state->uidnext = number;
    if (strcmp(response->code, "HIGHESTMODSEQ") == 0)
        state->modseq = number;
}

static bool
hear_state(ImapSession *session, const Response *response, void *self, GError **error)
{
    if (response->kind == RESPONSE_CONDITION)
        learn_state(self, response);
    return session_skip(session, response, error);
}

/* `verb`: EXAMINE or SELECT. */
static bool
open_folder(ImapSession *session, const char *verb, const char *wire_name,
            ImapState *out, GError **error)
{
    const char *strings[] = {wire_name, NULL};
    ImapState state = {0};
    Listener listener = {.hear = hear_state, .self = &state};
    bool is_temporary;
    Response reply;
    char tag[TAG_BYTES];

    if (!session_is_usable(session, error))
        return false;
    session->exists = -1;
    session->is_read_only = false;
    if (!session_command_strings(session, verb, strings, tag, error) ||
        !session_settle(session, tag, listener, &reply, error))
        return false;
    if (reply.condition == CONDITION_OK) {
        learn_state(&state, &reply);
        state.exists = MAX(session->exists, 0);
        session->has_news = false;
        session->is_read_only = strcmp(reply.code, "READ-ONLY") == 0;
        *out = state;
        return true;
    }
    is_temporary = hint_is_temporary(&reply);
    g_set_error(error, FAULT, is_temporary ? FAULT_RETRY : FAULT_CONFIG,
                "the server %s the folder '%s': %s",
                is_temporary ? "cannot open" : "refuses", wire_name, reply.text);
    return false;
}

bool
imap_examine(ImapSession *session, const char *wire_name, ImapState *out,
             GError **error)
{
    return open_folder(session, "EXAMINE", wire_name, out, error);
}

bool
imap_select(ImapSession *session, const char *wire_name, ImapState *out, GError **error)
{
    ImapState state;

    if (!open_folder(session, "SELECT", wire_name, &state, error))
        return false;
    if (session->is_read_only) {
        g_set_error(error, FAULT, FAULT_CONFIG,
                    "the folder '%s' is read-only, so nothing can be done to its mails",
                    wire_name);
        return false;
    }
    *out = state;
    return true;
}
