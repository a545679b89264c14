/* Facts must come out of a passage as they went in, and no bytes may break the reader:
 * a sorter taken over by a mail writes what it likes. */
#include <string.h>

#include "base/fault.h"
#include "model/facts.h"

static Facts *
sample(void)
{
    Facts *facts = facts_new();
    Header *header = shape_append(&header_shape, &facts->message.headers);

    facts->message.subject = g_strdup("¿Cuánto cuesta?");
    facts->message.date = 1795430400;
    header->name = g_strdup("X-Test");
    header->value = g_strdup("");
    texts_append(&facts->verdict.because, g_strdup("signed"));
    facts->opinion.classification.label = LABEL_LEAD;
    facts->opinion.classification.confidence = 0.75;
    facts->opinion.lead = shape_new(&lead_shape);
    facts->opinion.lead->company = g_strdup("Ejemplo S.L.");
    return facts;
}

static void
facts_survive_the_passage(void)
{
    g_autoptr(Facts) sent = sample();
    g_autoptr(Facts) got = facts_new();
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_autoptr(GByteArray) again = g_byte_array_new();
    g_autoptr(GError) error = NULL;

    shape_write(&facts_shape, sent, bytes);
    g_assert_true(shape_read(&facts_shape, got, bytes->data, bytes->len, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(got->message.subject, ==, "¿Cuánto cuesta?");
    g_assert_cmpint(got->message.date, ==, 1795430400);
    g_assert_cmpstr(message_header(&got->message, "x-test"), ==, "");
    g_assert_cmpint(got->opinion.classification.label, ==, LABEL_LEAD);
    g_assert_cmpstr(got->opinion.lead->company, ==, "Ejemplo S.L.");
    g_assert_null(got->opinion.complaint);
    shape_write(&facts_shape, got, again);
    g_assert_cmpmem(bytes->data, bytes->len, again->data, again->len);
}

static void
every_cut_is_refused(void)
{
    g_autoptr(Facts) sent = sample();
    g_autoptr(Facts) got = facts_new();
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    shape_write(&facts_shape, sent, bytes);
    for (guint cut = 0; cut < bytes->len; cut++) {
        g_autoptr(GError) error = NULL;

        g_assert_false(shape_read(&facts_shape, got, bytes->data, cut, &error));
        g_assert_error(error, FAULT, FAULT_MESSAGE);
    }
}

static void
random_bytes_break_nothing(void)
{
    g_autoptr(Facts) sent = sample();
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_autoptr(GRand) dice = g_rand_new_with_seed(7);

    shape_write(&facts_shape, sent, bytes);
    for (int round = 0; round < 20000; round++) {
        g_autofree uint8_t *bent = g_memdup2(bytes->data, bytes->len);
        g_autoptr(Facts) got = facts_new();
        g_autoptr(GError) error = NULL;

        for (int i = 0; i < 3; i++)
            bent[g_rand_int_range(dice, 0, (gint32)bytes->len)] =
                (uint8_t)g_rand_int_range(dice, 0, 256);
        if (!shape_read(&facts_shape, got, bent, bytes->len, &error))
            g_assert_error(error, FAULT, FAULT_MESSAGE);
    }
}

static void
invalid_text_is_refused(void)
{
    const uint8_t wire[] = {3, 0, 0, 0, 0xff, 0xfe, 0, 0, 0, 0};
    Address address;
    g_autoptr(GError) error = NULL;

    shape_init(&address_shape, &address);
    g_assert_false(shape_read(&address_shape, &address, wire, sizeof wire, &error));
    g_assert_error(error, FAULT, FAULT_MESSAGE);
}

/* Texts are looked at in stretches: neither a character that lies across the end of one
 * nor a byte that is none may depend on where it stands. */
static void
text_is_looked_at_everywhere(void)
{
    g_autofree char *text = g_strnfill(200, 'a');

    for (size_t at = 0; at + 3 <= 200; at++) {
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        g_autofree char *broken = g_strdup(text);
        g_autofree char *mended = NULL;
        Address address = {.address = broken};
        Address read;
        g_autoptr(GError) error = NULL;

        shape_init(&address_shape, &read);
        memcpy(broken + at, "€", 3);
        shape_write(&address_shape, &address, bytes);
        g_assert_true(
            shape_read(&address_shape, &read, bytes->data, bytes->len, &error));
        g_assert_cmpstr(read.address, ==, broken);
        bytes->data[bytes->len - 200 + at + 1] = 'a'; /* the address comes last */
        g_assert_false(
            shape_read(&address_shape, &read, bytes->data, bytes->len, &error));
        g_assert_error(error, FAULT, FAULT_MESSAGE);
        g_clear_error(&error);

        broken[at + 1] = 'a';
        mended = g_utf8_make_valid(broken, -1);
        g_byte_array_set_size(bytes, 0);
        shape_write(&address_shape, &address, bytes);
        g_assert_true(
            shape_read(&address_shape, &read, bytes->data, bytes->len, &error));
        g_assert_cmpstr(read.address, ==, mended);
        shape_clear(&address_shape, &read);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/shape/facts-survive-the-passage", facts_survive_the_passage);
    g_test_add_func("/shape/every-cut-is-refused", every_cut_is_refused);
    g_test_add_func("/shape/random-bytes-break-nothing", random_bytes_break_nothing);
    g_test_add_func("/shape/invalid-text-is-refused", invalid_text_is_refused);
    g_test_add_func("/shape/text-is-looked-at-everywhere",
                    text_is_looked_at_everywhere);
    return g_test_run();
}
