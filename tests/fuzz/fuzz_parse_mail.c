/* Any bytes at all, read as a mail. The mutator knows that a mail is lines: it copies,
 * moves and drops runs of them, so that parts come apart where parts do. */
#include <stdint.h>
#include <string.h>

#include "sort/parse/parse.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t most, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t most) __attribute__((weak));

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    parse_init();
    return 0;
}

static size_t
line_start(const uint8_t *bytes, size_t size, size_t at)
{
    at = size ? at % size : 0;
    while (at > 0 && bytes[at - 1] != '\n')
        at--;
    return at;
}

static size_t
line_end(const uint8_t *bytes, size_t size, size_t at, unsigned lines)
{
    while (at < size && lines > 0)
        lines -= bytes[at++] == '\n' ? 1 : 0;
    return at;
}

/* Puts a copy of some lines before some other line; without room, drops them. */
static size_t
move_lines(uint8_t *bytes, size_t size, size_t most, GRand *dice)
{
    size_t from = line_start(bytes, size, g_rand_int(dice));
    size_t to = line_start(bytes, size, g_rand_int(dice));
    size_t end = line_end(bytes, size, from, 1 + g_rand_int(dice) % 8);
    size_t count = end - from;
    g_autofree uint8_t *copy = g_memdup2(bytes + from, count);

    if (size + count > most || g_rand_int(dice) % 3 == 0) {
        memmove(bytes + from, bytes + end, size - end);
        return size - count;
    }
    memmove(bytes + to + count, bytes + to, size - to);
    if (count)
        memcpy(bytes + to, copy, count);
    return size + count;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t most, unsigned seed)
{
    GRand *dice = g_rand_new_with_seed(seed);

    if (size > 0 && g_rand_int(dice) % 2)
        size = move_lines(bytes, size, most, dice);
    g_rand_free(dice);
    return LLVMFuzzerMutate ? LLVMFuzzerMutate(bytes, size, most) : size;
}

static void
check(const char *text)
{
    g_assert(!text || g_utf8_validate(text, -1, NULL));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    g_autoptr(SortSettings) settings = sort_settings_new();
    g_autoptr(GBytes) mail = g_bytes_new_static(bytes, size);
    Reading *reading = shape_new(&reading_shape);
    const Message *message = &reading->message;

    parse_mail(mail, settings, reading);
    check(message->text);
    check(message->reply_text);
    check(message->subject);
    check(message->from.address);
    for (size_t i = 0; i < list_length(message->attachments); i++) {
        const Attachment *listed = message->attachments->pdata[i];
        g_autoptr(GBytes) content = parse_attachment(mail, settings, listed->part);

        check(listed->filename);
        g_assert(content && (int64_t)g_bytes_get_size(content) == listed->size_bytes);
    }
    shape_free(&reading_shape, reading);
    return 0;
}
