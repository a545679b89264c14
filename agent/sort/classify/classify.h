/* sort/classify: what kind of mail is it?
 *
 * Pure: no clock, no files, no log. Deterministic layers first (delivery reports,
 * automatic mail, unsubscribe by token, campaign reply), then the text model. Every
 * opinion carries its reasons. The model is compiled in; loading it is checked. */
#pragma once

#include "model/dns.h"
#include "model/example.h"
#include "model/lesson.h"
#include "model/opinion.h"
#include "model/reading.h"
#include "model/settings.h"
#include "model/verdict.h"

typedef struct Classifier Classifier;
typedef struct Trainer Trainer;

/* The model that ships with the program. FAULT_FATAL: it is damaged. */
Classifier *classifier_new(GError **error) G_GNUC_WARN_UNUSED_RESULT;
void classifier_free(Classifier *classifier);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Classifier, classifier_free)

/* Fills `out`, an initialised Opinion. `dns` answers the one question of a lead's
 * address (MX). Also settles reading->message.language where it is NULL. */
void classify_mail(const Classifier *classifier, Reading *reading,
                   const Verdict *verdict, const SortSettings *settings,
                   const DnsAsker *dns, Opinion *out);

/* The text model alone, for `postroom evaluate`. `language` may be NULL: it is
 * guessed; the one used is returned, lent. */
const char *classify_text(const Classifier *classifier, const char *subject,
                          const char *body, const char *language, Classification *out);

/* ---- what a house learns ---- */

/* What this mail teaches, after classify_mail. Yours. */
Lesson *classify_lesson(const Classifier *classifier, Reading *reading,
                        const Verdict *verdict, const SortSettings *settings,
                        Opinion *opinion);
/* A lesson made for another version than this fits no table of ours. */
int64_t classify_lesson_version(void);
/* The table of all that was taught, with the overlay in it even where `report` says
 * that the guard refuses it. The same lessons give the same bytes. FAULT_FATAL: the
 * model that ships with the program is damaged. */
GBytes *classify_learn(const Lessons *lessons, LearnReport *report,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Judges with that table from now on; lends `bytes`, aligned for numbers. FAULT_FATAL:
 * it is none. */
bool classifier_teach(Classifier *classifier, const void *bytes, size_t size,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ---- the model itself ---- */

/* Another model instead of the one compiled in; keeps `model`. FAULT_FATAL: damaged. */
bool classifier_use(Classifier *classifier, GBytes *model,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A new model out of labelled texts; see trainer.h for how. */
Trainer *trainer_new(void);
void trainer_free(Trainer *trainer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Trainer, trainer_free)
/* False: the model has no such class. */
bool trainer_add(Trainer *trainer, const Example *example);
/* Takes its time. The file's bytes; yours. At most once. */
GBytes *trainer_finish(Trainer *trainer);
