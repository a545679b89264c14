/* event: how do we tell others?
 *
 * Makes the JSON of the contract (schema/event.schema.json). Pure. Absent things are
 * null or empty, never missing. */
#pragma once

#include "model/placement.h"
#include "model/trial.h"

/* UUIDv5 over mailbox, UIDVALIDITY, UID and type: a repeated ingest repeats it. */
char *event_id(const Origin *origin, EventType type);

/* The `data` object alone, one line. `ticket` and `placement` may be NULL (explain). */
char *event_data(const Origin *origin, const Facts *facts, const Placement *placement,
                 const Ticket *ticket);
/* For `explain --json`: {"file": FILE, ...data, "held": {"stage", "because"} or null}.
 */
char *event_explained(const char *file, const Origin *origin, const Facts *facts,
                      const char *held_stage, const char *held_because);

/* The whole webhook body, under 20 kB: long texts are cut and marked. */
char *event_body(EventType type, int64_t timestamp_s, const Origin *origin,
                 const Facts *facts, const Placement *placement, const Ticket *ticket);

/* `body` as one webhook wants it: the message without its HTML, without its headers.
 * The stored body has both. */
char *event_body_for(const char *body, bool with_html, bool with_headers);

/* `body` in the envelope of CloudEvents 1.0, structured mode, and its content type. */
char *event_cloud_body(const char *id, const char *body);
#define EVENT_CLOUD_TYPE "application/cloudevents+json; charset=UTF-8"

/* Body of ticket.updated: what is known of the sender by now. `ticket` may be NULL. */
char *event_updated_body(int64_t timestamp_s, const Origin *origin, const Facts *facts,
                         const Ticket *ticket);

/* Body of an event about the house: {"type", "timestamp", "data": {"mailbox": {...},
 * "because"}}; of one about a webhook: {"webhook": {"name"}, "because"}. */
char *event_house_body(EventType type, int64_t timestamp_s, const Origin *origin,
                       const char *because);
char *event_webhook_body(EventType type, int64_t timestamp_s, const char *name,
                         const char *because);

/* Body of message.held for a mail no sorter survived. */
char *event_held_body(int64_t timestamp_s, const Mail *mail, const char *because);

/* A line of `postroom evaluate` or `train`: {"id", "subject", "body", "label", "lang",
 * "source", "weight", "authored"}; what is absent is NULL, 1 and false. FAULT_MESSAGE:
 * not such an object. */
typedef struct LabelledText {
    char *id;
    char *subject;
    char *body;
    char *label;
    char *language;
    char *source;
    double weight;
    bool is_authored; /* written to be learned from */
} LabelledText;

bool event_read_labelled(const char *line, LabelledText *out,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
void labelled_text_clear(LabelledText *text);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LabelledText, labelled_text_clear)

/* The answer to it, one line. */
char *event_evaluated(const LabelledText *text, const char *language,
                      const Classification *found);

/* `text` as a JSON string, quotes included. Yours. */
char *event_quoted(const char *text);

/* What a trial found, a line (texts) for each record: one of SPF, ARC and DMARC, one
 * for each signature or Authentication-Results field. */
GPtrArray *event_tried(TrialMechanism mechanism, const TrialReport *report);

/* A row of the database as a command prints it, one line. A column `x_json` is told as
 * the value of `x`; NULL is null. `numeric`: one byte a column, 1 = no quotes. */
char *event_record(const GPtrArray *columns, const GPtrArray *values,
                   const uint8_t *numeric);

/* The texts of a JSON list, or what each of its objects has under `key`; owned, empty
 * for anything else. */
GPtrArray *event_read_texts(const char *json, const char *key);
/* And the other way round. NULL: an empty list. */
char *event_write_texts(const GPtrArray *texts);
