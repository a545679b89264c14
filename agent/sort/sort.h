/* sort: the sorter's side. One mail in, facts out; nothing else.
 *
 * `sort_mail` is the whole judgement of one mail. `sort_serve` is the process around
 * it: it loads all it will ever need, locks itself down (seccomp allow-list, rlimits,
 * no new privileges) and answers jobs on its socket until the house hangs up.
 *
 * The conversation, both ways frames of {uint32 size, uint32 kind, bytes}, in host
 * order: the house sends a job (settings, then the mail); the sorter asks DNS
 * questions, each answered; it ends with facts, with bytes for an attachment, or with
 * the report of a trial. */
#pragma once

#include "model/dns.h"
#include "model/example.h"
#include "model/facts.h"
#include "model/settings.h"
#include "model/trial.h"

typedef enum {
    FRAME_SETTINGS = 1, /* house: SortSettings; opens a job */
    FRAME_MAIL,         /* house: the raw mail; starts the job */
    FRAME_PART,     /* house: a part number; asks for its bytes, before FRAME_MAIL */
    FRAME_ANSWER,   /* house: DnsAnswer */
    FRAME_QUESTION, /* sorter: DnsQuestion */
    FRAME_FACTS,    /* sorter: Facts; ends the job */
    FRAME_BYTES,    /* sorter: an attachment's bytes; ends the job */
    FRAME_NOTHING,  /* sorter: there is no such part; ends the job */
    FRAME_READY,    /* sorter: locked down, waiting for the first job */
    FRAME_TRIAL,    /* house: Trial; asks for its report, before FRAME_MAIL */
    FRAME_REPORT,   /* sorter: TrialReport; ends the job */
    FRAME_LEARNED,  /* house: the size of a table; its descriptor follows */
} FrameKind;

enum {
    FRAME_MAX_BYTES = 256 << 20
};

/* Both block, until `deadline_us` of the monotonic clock (0: for ever). False with
 * errno 0: the other side hung up; ETIMEDOUT: the deadline; EMSGSIZE: a frame over
 * `max_bytes`, found before anything is allocated. */
bool frame_send(int socket, FrameKind kind, const void *bytes, size_t size,
                int64_t deadline_us);
bool frame_receive(int socket, size_t max_bytes, int64_t deadline_us, FrameKind *kind,
                   GByteArray *out);

/* A descriptor, after a frame that told of it. Both block. The second returns it, or
 * -1.
 */
bool frame_send_descriptor(int socket, int descriptor, int64_t deadline_us);
int frame_receive_descriptor(int socket);

/* Gives up, for good, everything but reading and writing what is already open, memory
 * and time: seccomp kills the process at any other system call. False with errno. */
bool sort_lock_down(int64_t memory_bytes);

typedef struct Sorter Sorter;

/* Loads the model and everything libraries would load lazily. */
Sorter *sorter_new(GError **error) G_GNUC_WARN_UNUSED_RESULT;
void sorter_free(Sorter *sorter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sorter, sorter_free)

Facts *sort_mail(const Sorter *sorter, GBytes *mail, const SortSettings *settings,
                 const DnsAsker *dns);

/* One mechanism of authentication alone; `out` is an initialised TrialReport. */
void sort_try(GBytes *mail, const Trial *trial, const SortSettings *settings,
              const DnsAsker *dns, TrialReport *out);

/* The table of what a house learned, from all its lessons (classify.h). Yours. */
GBytes *sort_learn(const Lessons *lessons, LearnReport *report,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Judges with it from now on; lends `bytes`. */
bool sorter_teach(Sorter *sorter, const void *bytes, size_t size,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Which lessons such a table can be built from. */
int64_t sort_lesson_version(void);

/* The text model alone, for measuring it, on what the writer of `body` wrote himself.
 * Returns the language used, lent. */
const char *sort_text(const Sorter *sorter, const char *subject, const char *body,
                      const char *language, Classification *out);

/* Judges texts by another model than the one compiled in. FAULT_FATAL: it is damaged.
 */
bool sorter_use_model(Sorter *sorter, GBytes *model,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A model learned from `examples` (Example *), the bytes of its file; the same examples
 * in the same order give the same bytes. Takes up to minutes. NULL: a label is none of
 * those a text can have. Yours. */
GBytes *sort_train(const GPtrArray *examples);

/* The body of `postroom sort`: serves `socket` until end of file. Returns an exit
 * code. `memory_bytes` bounds the address space. */
int sort_serve(int socket, int64_t memory_bytes);
