/* What a web form says: "Name: Eva", in many languages and layouts. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
    FIELD_NAME,
    FIELD_EMAIL,
    FIELD_PHONE,
    FIELD_COMPANY,
    FIELD_SITE,
    FIELD_SURNAME,
    FIELD_FROM, /* both: "Eva Example <eva@firma.example>" */
    FIELD_COUNT
} Asked;

typedef struct Form {
    char *values[FIELD_COUNT];
    size_t found;
} Form;

/* Two known fields, one of them a way to reach the person. */
bool looks_like_web_form(const char *text);
/* The fields that `text` begins with; free with form_clear. */
void form_read(const char *text, Form *form);
void form_clear(Form *form);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Form, form_clear)
