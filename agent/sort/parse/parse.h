/* sort/parse: what does this mail say?
 *
 * Runs inside a sorter only. A byte scan with limits comes before any library; a mail
 * beyond a limit is read from its headers alone and says so in `defects`. Never fails:
 * what cannot be read is absent and named as a defect. All texts come out valid UTF-8.
 * No file is opened after parse_init. */
#pragma once

#include "model/reading.h"
#include "model/settings.h"

/* Once per process, before the lock-down: loads what libraries load lazily. */
void parse_init(void);

/* Fills `out`, an initialised Reading. */
void parse_mail(GBytes *mail, const SortSettings *settings, Reading *out);

/* What the writer of a plain text wrote now, without quotes and signature. Yours. */
char *parse_written_now(const char *text);

/* The decoded bytes of one part ("2.1"); NULL: no such part. */
GBytes *parse_attachment(GBytes *mail, const SortSettings *settings, const char *part);
