/* Address lists: RFC 5322 and what is sent instead. One pass, no recursion: a chain of
 * group names is just names. Encoded words are decoded in names, never in addresses. */
#pragma once

#include "model/message.h"
#include "sort/parse/span.h"

enum {
    ADDRESSES_MOST = 1000
};

/* Appends Address items that carry an address or a name. False: more than
 * ADDRESSES_MOST, the rest is left out. */
bool parse_read_addresses(Span value, const char *fallback, GPtrArray **out);

/* The address that stands bare among the words of `*name`, NULL: none. What stands
 * before it stays as the name, NULL when that is nothing. */
char *parse_take_stray_address(char **name);

/* "<id@host>" and relatives, without brackets; NULL when there is none. */
char *parse_first_id(Span value);
/* All ids, oldest first, doubles left out, at most 200. */
void parse_read_ids(Span value, GPtrArray **out);
/* The address of a Return-Path; "" for <>; NULL when unreadable. */
char *parse_path_address(Span value);
