/* The parts of doctor: this machine, the mailboxes, the webhooks. */
#pragma once

#include "cli/findings.h"
#include "cli/options.h"
#include "sorters/sorters.h"

struct addrinfo;

/* Waits five seconds at most. */
bool doctor_connects(const struct addrinfo *address);
/* `server` is an IMAP URL. */
bool doctor_reach(const char *server, GError **error);

/* Disk, clock, the resolver; `server` may be NULL: the configuration's. */
void doctor_machine(Findings *findings, const Config *config, const char *server);
/* Does anybody validate DNSSEC: we, or at least the server? */
void doctor_dnssec(Findings *findings, const Resolver *resolver,
                   const ResolverSettings *settings);
/* `mails` (GBytes): the newest that came in. */
void doctor_border(Findings *findings, const char *subject,
                   const MailboxConfig *mailbox, const GPtrArray *mails);
void doctor_mailboxes(Findings *findings, const Config *config);
/* `probes`: a signed webhook.test is posted; else only whether somebody listens. */
void doctor_webhooks(Findings *findings, const Config *config, bool probes);
