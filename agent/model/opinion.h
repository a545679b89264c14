/* An opinion: what kind of mail this is, judged from the mail alone, with reasons.
 * Made by sort/classify; route/ makes the final label of it when the related rows are
 * known. JSON: classification, spam, phishing, auto, bounces, complaint, unsubscribe,
 * campaign and lead of `data`. */
#pragma once

#include "model/shape.h"

typedef enum {
    LABEL_SUPPORT,
    LABEL_LEAD,
    LABEL_CAMPAIGN_REPLY,
    LABEL_UNSUBSCRIBE,
    LABEL_COMPLAINT,
    LABEL_OTHER,
    LABEL_BOUNCE,
    LABEL_AUTO_REPLY,
    LABEL_SPAM,
    LABEL_PHISHING,
} Label;

enum {
    LABEL_COUNT = LABEL_PHISHING + 1
};

typedef struct Reason {
    char *signal; /* "word:darme de baja", "header:Auto-Submitted" */
    double weight;
    char *text; /* for a person */
} Reason;

typedef struct Score {
    char *label;
    double score;
} Score;

typedef struct Classification {
    Label label;
    char *sublabel;
    double confidence;
    bool review;
    GPtrArray *scores;  /* Score; JSON: an object */
    GPtrArray *reasons; /* Reason, strongest first */
    char *model;        /* version of the model that spoke */
} Classification;

typedef struct SpamFacts {
    double score;
    char *verdict; /* "ham", "unsure", "spam" */
    GPtrArray *top_tokens;
} SpamFacts;

typedef struct PhishingFacts {
    double score;
    GPtrArray *signals; /* texts */
} PhishingFacts;

typedef struct AutoFacts {
    bool is_auto;
    char *kind; /* "out_of_office", "acknowledgement", "list", "challenge", "own" */
    char *because;
} AutoFacts;

typedef struct Bounce {
    char *recipient;
    char *action;      /* failed, delayed, delivered, relayed, expanded */
    char *status;      /* "5.1.1" */
    int64_t smtp_code; /* TIME_NONE: not known */
    char *diagnostic;
    char *reason; /* user_unknown, mailbox_full, ... */
    bool is_hard;
    char *remote_mta;
    char *original_message_id;
    bool is_verified;
} Bounce;

typedef struct Complaint {
    char *kind; /* abuse_report, spam_complaint, service */
    char *feedback_type;
    char *original_recipient;
    char *original_message_id;
    char *source_ip;
    char *arrival_date;
    char *reporter;
    char *campaign;
} Complaint;

typedef struct Unsubscribe {
    char *address;
    char *list;
    char *token;
    char *via; /* token, header_address, text */
    bool is_verified;
} Unsubscribe;

typedef struct Campaign {
    char *id;
    char *original_message_id;
    char *intent; /* interested, not_interested, question, unsubscribe, ... */
} Campaign;

typedef struct AddressCheck {
    bool syntax;
    bool mx;
    bool disposable;
    bool role;
    bool free_provider;
} AddressCheck;

typedef struct Lead {
    char *name;
    char *company;
    char *email;
    GPtrArray *phones;
    char *website;
    AddressCheck address_check;
} Lead;

/* MAYBE members are NULL where they do not apply. */
typedef struct Opinion {
    Classification classification;
    SpamFacts spam;
    PhishingFacts phishing;
    AutoFacts automatic;
    GPtrArray *bounces; /* Bounce */
    Complaint *complaint;
    Unsubscribe *unsubscribe;
    Campaign *campaign;
    Lead *lead;
} Opinion;

extern const Shape reason_shape;
extern const Shape score_shape;
extern const Shape classification_shape;
extern const Shape bounce_shape;
extern const Shape complaint_shape;
extern const Shape unsubscribe_shape;
extern const Shape campaign_shape;
extern const Shape lead_shape;
extern const Shape opinion_shape;

const char *label_name(Label label);
bool label_from_name(const char *name, Label *out);
