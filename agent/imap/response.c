#include "imap/response.h"

#include <string.h>

static const char *const condition_words[] = {"OK", "NO", "BAD", "BYE", "PREAUTH"};

void
response_copy_text(char *to, size_t size, const char *from, size_t from_size)
{
    size_t length = 0;

    while (from_size > 0 && strchr("\r\n ", from[from_size - 1]))
        from_size--;
    for (size_t i = 0; i < from_size && length + 1 < size; i++)
        to[length++] = g_ascii_isprint(from[i]) ? from[i] : '?';
    to[length] = '\0';
}

static bool
condition_from_word(const char *word, Condition *condition)
{
    for (size_t i = 0; i < G_N_ELEMENTS(condition_words); i++) {
        if (strcmp(word, condition_words[i]) != 0)
            continue;
        *condition = (Condition)i;
        return true;
    }
    return false;
}

/* resp-text: an optional "[CODE ...]" and words for a person. Never a literal. */
static void
read_condition_text(Parser *parser, Response *response)
{
    const char *close;

    parser_spaces(parser);
    response_copy_text(response->text, sizeof response->text, parser->at,
                       (size_t)(parser->end - parser->at));
    if (parser_accept(parser, '[')) {
        close = memchr(parser->at, ']', (size_t)(parser->end - parser->at));
        if (close) {
            parser->end = close; /* the rest of the line is in `text` already */
            (void)parser_word(parser, response->code, sizeof response->code);
            response->code_words = parser->at;
            response->code_words_size = (size_t)(close - parser->at);
        }
        for (size_t i = 0; close && i < G_N_ELEMENTS(response->code_numbers); i++) {
            parser_spaces(parser);
            if (!parser_number(parser, &response->code_numbers[i]))
                break; /* a code without a number has 0 */
        }
    }
    parser->at = parser->end;
}

static bool
read_untagged(Parser *parser, Response *response, GError **error)
{
    parser_spaces(parser);
    if (g_ascii_isdigit(parser_peek(parser))) {
        if (!parser_number(parser, &response->number))
            return parser_fault(error, "a message number is not believable");
        parser_spaces(parser);
    }
    if (!parser_word(parser, response->word, sizeof response->word))
        return parser_fault(error, "an untagged response says nothing");
    response->kind = RESPONSE_FACT;
    if (response->number == 0 &&
        condition_from_word(response->word, &response->condition)) {
        response->kind = RESPONSE_CONDITION;
        read_condition_text(parser, response);
    }
    return true;
}

bool
response_parse(Parser *parser, Response *response, GError **error)
{
    char word[WORD_BYTES];

    /* Not zeroed as a whole: it is read once for each mail of a large mailbox. */
    response->tag[0] = response->word[0] = response->code[0] = response->text[0] = '\0';
    response->number = response->code_numbers[0] = response->code_numbers[1] = 0;
    response->code_words_size = 0;
    if (parser_accept(parser, '*'))
        return read_untagged(parser, response, error);
    if (parser_accept(parser, '+')) {
        response->kind = RESPONSE_CONTINUE;
        parser->at = parser->end;
        return true;
    }
    if (!parser_word(parser, response->tag, sizeof response->tag))
        return parser_fault(error, "a line belongs to no command");
    parser_spaces(parser);
    if (!parser_word(parser, word, sizeof word) ||
        !condition_from_word(word, &response->condition))
        return parser_fault(error, "a line belongs to no command");
    response->kind = RESPONSE_REPLY;
    read_condition_text(parser, response);
    return true;
}

bool
response_read(Parser *parser, Response *response, GError **error)
{
    return parser_begin(parser, error) && response_parse(parser, response, error);
}
