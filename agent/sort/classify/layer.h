/* One mail on its way through the layers. A layer looks at the case, writes what it
 * found into the opinion and says whether that settled the label. */
#pragma once

#include "classify.h"
#include "fold.h"
#include "language.h"
#include "learned.h"
#include "looks.h"

enum {
    TEXT_FOLD_BYTES = 8000,
    SUBJECT_FOLD_BYTES = 500
};

struct Classifier {
    Model model;
    GBytes *model_bytes; /* NULL: those compiled in */
    Learned learned;     /* by this house; empty before anybody taught it anything */
    LanguageGuesser *guesser;
    Looks *looks;
};

typedef struct Case {
    const Classifier *classifier;
    const Reading *reading;
    const Message *message; /* of the reading */
    const Verdict *verdict;
    const SortSettings *settings;
    const DnsAsker *dns;
    char *subject;      /* fold_words */
    char *reply;        /* fold_words of reply_text */
    FoldIndex in_reply; /* of `reply` */
    char *from_address; /* lower case; "" when there is none */
    bool is_web_form;
    Opinion *out;
} Case;

bool layer_arf(Case *it);
bool layer_dsn(Case *it);
bool layer_bounce_text(Case *it);
bool layer_automatic(Case *it);
bool layer_list(Case *it);
bool layer_automatic_subject(Case *it);
bool layer_challenge(Case *it);
bool layer_own_loop(Case *it);
bool layer_unsubscribe_address(Case *it);
bool layer_campaign_hint(Case *it);
bool layer_phishing(Case *it);
bool layer_spam(Case *it);
bool layer_text(Case *it);

/* What this house taught calls it spam, and nothing protects it: asked before a list
 * is believed to be one. */
bool spam_is_sure(const Case *it);

/* Settles the label. Takes `because`. */
void settle(Case *it, Label label, double confidence, const char *signal,
            char *because);
/* Adds a reason. Takes `text`. */
void add_reason(Classification *out, const char *signal, double weight, char *text);

/* Small questions that several layers ask; see case.c. */
const char *address_domain(const char *address);
bool is_our_domain(const SortSettings *settings, const char *domain);
bool is_our_address(const SortSettings *settings, const char *address);
bool is_daemon(const char *from_address);
const char *field_of(const GPtrArray *headers, const char *name);
/* The value of a typed field ("rfc822; a@b") after its type, bracket-free. Yours. */
char *typed_value(const char *value);
/* A message id without brackets. Yours; NULL for NULL. */
char *bare_id(const char *value);

/* A text for the model. Lent; all but `bonus` may be NULL. */
typedef struct Words {
    const char *subject;
    const char *body;
    const char *language;
    const double *bonus; /* MODEL_CLASSES: what speaks for a class besides the text */
} Words;

/* sort/classify/text.c, for the model alone. */
void classify_words(const Classifier *classifier, const Words *words,
                    Classification *out);
/* lead.c: fills it->out->lead. */
void extract_lead(Case *it);
/* campaign.c: what a reply to a campaign wants. Static text. */
const char *campaign_intent(const FoldIndex *reply, Label label);
