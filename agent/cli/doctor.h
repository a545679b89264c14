/* The parts of doctor: this machine, the mailboxes, the webhooks. */
#pragma once

#include "cli/findings.h"
#include "cli/options.h"

/* Disk, clock, the resolver (`server` as for resolver_new). */
void doctor_machine(Findings *findings, const Config *config, const char *server);
void doctor_mailboxes(Findings *findings, const Config *config);
/* `probes`: a signed webhook.test is posted; else only whether somebody listens. */
void doctor_webhooks(Findings *findings, const Config *config, bool probes);
