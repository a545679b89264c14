/* Lessons: what a mail teaches, and all that people have taught. A sorter makes a
 * lesson when the house asks for it; the house keeps it and hands all of them back at
 * once to have tables built. Numbers are packed as JSON, so that SQL can count them; a
 * lesson holds no word of the mail. */
#pragma once

#include "model/opinion.h"

typedef struct Lesson {
    int64_t message;      /* row in the database; 0 before it is known */
    int64_t made_for;     /* the program's version of both lists */
    char *language;       /* ISO 639-1; NULL: not known */
    char *sender;         /* whose corrections are counted together */
    char *features;       /* of the text, packed */
    char *tokens;         /* of the spam filter, packed */
    bool teaches_no_spam; /* automatic mail and reports: no sender is to blame */
    Label label; /* what people say it was; the sorter's own opinion at first */
} Lesson;

extern const Shape lesson_shape;

/* Yours. */
char *lesson_pack(const uint32_t *numbers, size_t count);
/* Yours; what is no list ends where it is none. GArray of uint32_t. */
GArray *lesson_unpack(const char *packed);

/* In how many mails of each kind a token stood. */
typedef struct TokenCount {
    uint32_t token;
    uint32_t spam;
    uint32_t ham;
} TokenCount;

/* All that the house was taught. */
typedef struct Lessons {
    GPtrArray *texts; /* Lesson, oldest first; only labels of the text model */
    GArray *tokens;   /* TokenCount */
    int64_t spam_mails;
    int64_t ham_mails;
    int64_t version; /* of what they were read from; a change changes it */
} Lessons;

Lessons *lessons_new(void);
void lessons_free(Lessons *lessons);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lessons, lessons_free)

/* How the guard found what was learned from the texts; macro-F1 without and with it. */
typedef struct LearnReport {
    int64_t texts;
    double canary_before, canary_after;
    double trust_before, trust_after;   /* how sure the canaries' right labels are */
    double recent_before, recent_after; /* of the last corrections, each unseen */
    bool is_refused;                    /* it would have made things worse */
    GArray *contradicted;               /* int64_t: messages that others contradict */
} LearnReport;

void learn_report_clear(LearnReport *report);
