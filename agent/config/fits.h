/* Texts that must look like something: addresses, URLs, networks. */
#pragma once

#include <stdbool.h>

/* Scheme, host and port; no path, user or password. */
bool fits_imap_url(const char *text);
bool fits_smtp_url(const char *text);
/* With a path; no user or password, which would end up in logs. */
bool fits_web_url(const char *text);
/* The URL, which fits, names this very machine. */
bool fits_loopback_url(const char *text);

bool fits_network(const char *text);  /* 10.0.0.0/8, fd00::/8, or one address */
bool fits_listen(const char *text);   /* 127.0.0.1:8025, [::1]:8025 */
bool fits_resolver(const char *text); /* 127.0.0.1@53, 127.0.0.1, none */
bool fits_address(const char *text);  /* someone@somewhere */
bool fits_domain(const char *text);
bool fits_language(const char *text);
bool fits_event(const char *text); /* ticket.created, ticket.*, *: some event has it */
bool fits_after(const char *text); /* keep, seen, delete, move:Folder */
