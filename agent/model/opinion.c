#include "model/opinion.h"

static const char *const label_names[] = {
    "support", "lead",   "campaign_reply", "unsubscribe", "complaint",
    "other",   "bounce", "auto_reply",     "spam",        "phishing"};

static const Field reason_fields[] = {
    SHAPE_TEXT(Reason, "signal", signal),
    SHAPE_REAL(Reason, "weight", weight),
    SHAPE_TEXT(Reason, "text", text),
};
const Shape reason_shape = SHAPE_OF(Reason, reason_fields);

static const Field score_fields[] = {
    SHAPE_TEXT(Score, "label", label),
    SHAPE_REAL(Score, "score", score),
};
const Shape score_shape = SHAPE_OF(Score, score_fields);

static const Field classification_fields[] = {
    SHAPE_ENUM(Classification, "label", label, label_names),
    SHAPE_TEXT(Classification, "sublabel", sublabel),
    SHAPE_REAL(Classification, "confidence", confidence),
    SHAPE_BOOL(Classification, "review", review),
    SHAPE_LIST(Classification, "scores", scores, &score_shape),
    SHAPE_LIST(Classification, "reasons", reasons, &reason_shape),
    SHAPE_TEXT(Classification, "model", model),
};
const Shape classification_shape = SHAPE_OF(Classification, classification_fields);

static const Field spam_fields[] = {
    SHAPE_REAL(SpamFacts, "score", score),
    SHAPE_TEXT(SpamFacts, "verdict", verdict),
    SHAPE_TEXTS(SpamFacts, "top_tokens", top_tokens),
};
static const Shape spam_shape = SHAPE_OF(SpamFacts, spam_fields);

static const Field phishing_fields[] = {
    SHAPE_REAL(PhishingFacts, "score", score),
    SHAPE_TEXTS(PhishingFacts, "signals", signals),
};
static const Shape phishing_shape = SHAPE_OF(PhishingFacts, phishing_fields);

static const Field auto_fields[] = {
    SHAPE_BOOL(AutoFacts, "is_auto", is_auto),
    SHAPE_TEXT(AutoFacts, "kind", kind),
    SHAPE_TEXT(AutoFacts, "because", because),
};
static const Shape auto_shape = SHAPE_OF(AutoFacts, auto_fields);

static const Field bounce_fields[] = {
    SHAPE_TEXT(Bounce, "recipient", recipient),
    SHAPE_TEXT(Bounce, "action", action),
    SHAPE_TEXT(Bounce, "status", status),
    SHAPE_INT(Bounce, "smtp_code", smtp_code),
    SHAPE_TEXT(Bounce, "diagnostic", diagnostic),
    SHAPE_TEXT(Bounce, "reason", reason),
    SHAPE_BOOL(Bounce, "hard", is_hard),
    SHAPE_TEXT(Bounce, "remote_mta", remote_mta),
    SHAPE_TEXT(Bounce, "original_message_id", original_message_id),
    SHAPE_BOOL(Bounce, "verified", is_verified),
};
const Shape bounce_shape = SHAPE_OF(Bounce, bounce_fields);

static const Field complaint_fields[] = {
    SHAPE_TEXT(Complaint, "kind", kind),
    SHAPE_TEXT(Complaint, "feedback_type", feedback_type),
    SHAPE_TEXT(Complaint, "original_recipient", original_recipient),
    SHAPE_TEXT(Complaint, "original_message_id", original_message_id),
    SHAPE_TEXT(Complaint, "source_ip", source_ip),
    SHAPE_TEXT(Complaint, "arrival_date", arrival_date),
    SHAPE_TEXT(Complaint, "reporter", reporter),
    SHAPE_TEXT(Complaint, "campaign", campaign),
};
const Shape complaint_shape = SHAPE_OF(Complaint, complaint_fields);

static const Field unsubscribe_fields[] = {
    SHAPE_TEXT(Unsubscribe, "address", address),
    SHAPE_TEXT(Unsubscribe, "list", list),
    SHAPE_TEXT(Unsubscribe, "token", token),
    SHAPE_TEXT(Unsubscribe, "via", via),
    SHAPE_BOOL(Unsubscribe, "verified", is_verified),
};
const Shape unsubscribe_shape = SHAPE_OF(Unsubscribe, unsubscribe_fields);

static const Field campaign_fields[] = {
    SHAPE_TEXT(Campaign, "id", id),
    SHAPE_TEXT(Campaign, "original_message_id", original_message_id),
    SHAPE_TEXT(Campaign, "intent", intent),
};
const Shape campaign_shape = SHAPE_OF(Campaign, campaign_fields);

static const Field check_fields[] = {
    SHAPE_BOOL(AddressCheck, "syntax", syntax),
    SHAPE_BOOL(AddressCheck, "mx", mx),
    SHAPE_BOOL(AddressCheck, "disposable", disposable),
    SHAPE_BOOL(AddressCheck, "role", role),
    SHAPE_BOOL(AddressCheck, "free_provider", free_provider),
};
static const Shape check_shape = SHAPE_OF(AddressCheck, check_fields);

static const Field lead_fields[] = {
    SHAPE_TEXT(Lead, "name", name),
    SHAPE_TEXT(Lead, "company", company),
    SHAPE_TEXT(Lead, "email", email),
    SHAPE_TEXTS(Lead, "phones", phones),
    SHAPE_TEXT(Lead, "website", website),
    SHAPE_ONE(Lead, "address_check", address_check, &check_shape),
};
const Shape lead_shape = SHAPE_OF(Lead, lead_fields);

static const Field opinion_fields[] = {
    SHAPE_ONE(Opinion, "classification", classification, &classification_shape),
    SHAPE_ONE(Opinion, "spam", spam, &spam_shape),
    SHAPE_ONE(Opinion, "phishing", phishing, &phishing_shape),
    SHAPE_ONE(Opinion, "auto", automatic, &auto_shape),
    SHAPE_LIST(Opinion, "bounces", bounces, &bounce_shape),
    SHAPE_MAYBE(Opinion, "complaint", complaint, &complaint_shape),
    SHAPE_MAYBE(Opinion, "unsubscribe", unsubscribe, &unsubscribe_shape),
    SHAPE_MAYBE(Opinion, "campaign", campaign, &campaign_shape),
    SHAPE_MAYBE(Opinion, "lead", lead, &lead_shape),
};
const Shape opinion_shape = SHAPE_OF(Opinion, opinion_fields);

const char *
label_name(Label label)
{
    return label_names[label];
}

bool
label_from_name(const char *name, Label *out)
{
    for (size_t i = 0; i < G_N_ELEMENTS(label_names); i++) {
        if (g_str_equal(name, label_names[i])) {
            *out = (Label)i;
            return true;
        }
    }
    return false;
}
