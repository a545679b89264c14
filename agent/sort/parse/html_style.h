/* What a tag's attributes say about visibility and about whose words stand inside. */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum {
    COLOUR_UNKNOWN = -1,
    COLOUR_WHITE = 0xffffff
};

typedef struct Look {
    bool is_hidden;   /* and so is all that is inside */
    bool is_sizeless; /* up to something inside with a size of its own */
    bool is_veiled;   /* up to something inside that is visible again */
    int foreground;   /* 0xRRGGBB or COLOUR_UNKNOWN */
    int background;
} Look;

/* Attributes come as name, value, name, value, NULL; `look` holds the parent's look and
 * becomes the element's. */
void parse_apply_style(const char *name, const char *const *attributes, Look *look);

/* What the <style>s of a page paint a ground for: words may then lie on any colour. */
typedef struct Paint {
    bool classes, body;
} Paint;

Paint parse_style_paint(const char *html, size_t size);

/* Colours are compared where text stands: a child may choose another one. */
bool parse_is_invisible(const Look *look);

typedef enum {
    ROLE_NONE,
    ROLE_QUOTE,      /* this element is somebody else's words */
    ROLE_QUOTE_HEAD, /* so is it, up to the end of the first quote right inside of it */
    ROLE_QUOTE_REST, /* from here on everything is */
    ROLE_SIGNATURE,
} Role;

/* Who moves their own words to the right gets a blockquote, too: without a border. */
bool parse_is_indentation(const char *const *attributes);

Role parse_element_role(const char *name, const char *const *attributes);
const char *parse_attribute(const char *const *attributes, const char *name);
