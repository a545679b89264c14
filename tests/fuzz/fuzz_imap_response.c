/* Feeds the response parser whatever a server could say. The first byte chooses how
 * small the pieces are in which the rest arrives. */
#include <stdint.h>
#include <string.h>

#include "base/fault.h"
#include "imap/fetched.h"
#include "imap/folder_name.h"
#include "imap/response.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

typedef struct Feed {
    const uint8_t *at;
    size_t left;
    size_t piece;
} Feed;

static ssize_t
feed_take(void *self, uint8_t *bytes, size_t size, bool may_wait, GError **error)
{
    Feed *feed = self;
    size_t some = MIN(MIN(size, feed->piece), feed->left);

    if (some == 0 && !may_wait)
        return 0;
    if (some == 0) {
        g_set_error_literal(error, FAULT, FAULT_RETRY, "the input has ended");
        return -1;
    }
    memcpy(bytes, feed->at, some);
    feed->at += some;
    feed->left -= some;
    return (ssize_t)some;
}

static bool
read_one(Parser *parser, GError **error)
{
    static const Keep keep = {.whole = 64, .head = 8};
    Response response;

    if (!response_read(parser, &response, error))
        return false;
    if (response.kind != RESPONSE_FACT)
        return true;
    if (strcmp(response.word, "FETCH") == 0) {
        g_auto(Fetched) fetched = {0};

        if (!fetched_read(parser, (FetchedKeep){keep, keep}, &fetched, error))
            return false;
        g_assert(fetched.body.kept_bytes <= keep.whole);
        g_assert(fetched.body.size_bytes <= keep.whole ||
                 fetched.body.kept_bytes <= keep.head);
        return true;
    }
    if (strcmp(response.word, "LIST") == 0) {
        g_auto(Text) name = {0};

        parser_spaces(parser);
        if (!parser_skip_value(parser, error))
            return false;
        parser_spaces(parser);
        if (!parser_text(parser, keep, &name, error))
            return false;
        if (name.bytes) {
            g_autofree char *wire = g_strndup((char *)name.bytes, name.kept_bytes);
            g_autofree char *shown = folder_name_decode(wire);

            g_assert(g_utf8_validate(shown, -1, NULL));
        }
    }
    return parser_skip_rest(parser, error);
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    g_autoptr(GError) error = NULL;
    Feed feed = {0};
    Parser parser;

    if (size == 0)
        return 0;
    feed = (Feed){.at = input + 1, .left = size - 1, .piece = (size_t)input[0] + 1};
    parser_init(&parser, (Source){.take = feed_take, .self = &feed});
    while (read_one(&parser, &error))
        continue;
    g_assert(error && error->code == FAULT_RETRY);
    parser_clear(&parser);
    return 0;
}
