#include "cli/lessons.h"

#include <glib/gi18n.h>
#include <string.h>

enum {
    MOST_STEPS = 5,
    COMMAND_WIDTH = 52
};

/* A line to type, and what it is for. */
typedef struct Step {
    const char *line, *why;
} Step;

typedef struct Lesson {
    const char *command;
    Step steps[MOST_STEPS];
    const char *more; /* NULL: nothing to add */
} Lesson;

static const Lesson lessons[] = {
    {"run",
     {{"postroom run", N_("stay, and look after every mailbox")},
      {"postroom run --once", N_("one pass, for cron and for trying")},
      {"kill -HUP PID", N_("read the configuration again")}},
     N_("One pass ends with 0 when all is settled, 75 when something is left to retry, "
        "78 "
        "when an operator must act.")},
    {"check",
     {{"postroom check", N_("line, column and nearest key of each fault")},
      {"postroom check --sample >postroom.yaml", N_("a file with every key")}},
     N_("It opens no secret and no connection: that is what 'postroom doctor' does.")},
    {"init",
     {{"postroom init", N_("asks, guesses, writes ./postroom.yaml")},
      {"postroom init -c /etc/postroom/postroom.yaml", N_("for the service")}},
     N_("Then put the secret where the file says, and run 'postroom doctor'.")},
    {"doctor",
     {{"postroom doctor", N_("each finding with the sentence that mends it")},
      {"postroom doctor --webhooks", N_("a signed test event to each webhook, too")}},
     N_("Ends with 0, with 69 when something is unavailable, with 78 when an operator "
        "must "
        "act.")},
    {"explain",
     {{"postroom explain mail.eml", N_("what it is, who sent it, and why")},
      {"postroom explain --json --resolver none *.eml",
       N_("one object a mail; no network")}},
     N_("Needs no configuration. With one, --mailbox NAME judges as for that "
        "mailbox.")},
    {"auth",
     {{"postroom auth dkim mail.eml", N_("each signature, and why it fails")},
      {"postroom auth spf --ip 192.0.2.1 --helo mx.example --from a@example.org",
       N_("would SPF pass?")},
      {"postroom auth dmarc --author example.org --dkim example.org",
       N_("which policy, and is it met?")}},
     NULL},
    {"evaluate",
     {{"postroom evaluate texts.jsonl", N_("accuracy and confusion, by language")}},
     N_("A line: {\"subject\": \"\", \"body\": \"\", \"label\": \"lead\", \"lang\": "
        "\"es\"}.")},
    {"train",
     {{"postroom train -o model.bin texts.jsonl", N_("a text model of your own")}},
     NULL},
    {"mailboxes",
     {{"postroom mailboxes", N_("state, lag and last error of each")},
      {"postroom mailboxes test support", N_("log in and look; changes nothing")},
      {"postroom mailboxes backfill support --since 2026-01-01", N_("old mail, too")}},
     NULL},
    {"tickets",
     {{"postroom tickets --status open --label lead", N_("what waits")},
      {"postroom tickets show 12", N_("with its messages")},
      {"postroom tickets set 12 --status closed", N_("also --assignee, --priority")},
      {"postroom tickets merge 12 9", N_("12 goes on as ticket 9")},
      {"postroom tickets --csv >tickets.csv", N_("for a spreadsheet")}},
     NULL},
    {"message",
     {{"postroom message show 34", N_("who sent it, what it is, and why")},
      {"postroom message raw 34 >mail.eml", N_("the bytes as they came")},
      {"postroom message attachment 34 1 >report.pdf", N_("decoded in a sorter")}},
     NULL},
    {"correct",
     {{"postroom correct 34 --label lead", N_("it was a lead")},
      {"postroom correct 34 --not-spam", N_("it was no spam")},
      {"postroom correct 34 --undo", N_("take that back")}},
     NULL},
    {"held",
     {{"postroom held", N_("what waits for a person, and why")},
      {"postroom held retry 3", N_("sort it again")},
      {"postroom held release 3", N_("file it as it is")}},
     NULL},
    {"search",
     {{"postroom search invoice", N_("the best match first")},
      {"postroom search invoice 'bicyc*'", N_("both words; * ends the second")}},
     NULL},
    {"senders",
     {{"postroom senders block '*@bulk.example' --until 2027-01-01",
       N_("spam until then")},
      {"postroom senders allow partner.example",
       N_("holds for authenticated mail only")},
      {"postroom senders forget partner.example", N_("the rule goes")}},
     NULL},
    {"campaign",
     {{"postroom campaign import spring.csv", N_("what was sent, and to whom")},
      {"postroom campaign show spring", N_("answers, bounces, unsubscribes")}},
     NULL},
    {"stats", {{"postroom stats --days 7", N_("the last week")}}, NULL},
    {"erase",
     {{"postroom erase ana@correo.example", N_("in tickets, mail, index and log")}},
     N_("This cannot be undone.")},
    {"backup",
     {{"postroom backup /backup/postroom.db", N_("beside the running daemon")}},
     N_("To restore: stop the daemon, and put the copy in the place of postroom.db.")},
    {"rules",
     {{"postroom rules test mail.eml", N_("each rule, and what decided it")},
      {"postroom rules dry-run --since 2026-11-01",
       N_("what today's rules would have done otherwise")}},
     NULL},
    {"webhooks",
     {{"postroom webhooks", N_("health, and what waits")},
      {"postroom webhooks test crm", N_("post a signed event now")},
      {"postroom webhooks dead", N_("what was given up")},
      {"postroom webhooks replay --since 2026-11-01 --dry-run",
       N_("count them first")}},
     NULL},
    {"login",
     {{"postroom login support", N_("prints an address and a code to enter there")}},
     NULL},
};

char *
lesson_of(const char *command)
{
    const Lesson *lesson = NULL;
    GString *text;

    for (size_t i = 0; i < G_N_ELEMENTS(lessons) && !lesson; i++)
        if (g_str_equal(lessons[i].command, command))
            lesson = &lessons[i];
    if (!lesson)
        return NULL;
    text = g_string_new(_("Examples:"));
    for (size_t i = 0; i < MOST_STEPS && lesson->steps[i].line; i++)
        g_string_append_printf(text, "\n  %-*s  %s", COMMAND_WIDTH,
                               lesson->steps[i].line, _(lesson->steps[i].why));
    if (lesson->more)
        g_string_append_printf(text, "\n\n%s", _(lesson->more));
    return g_string_free(text, FALSE);
}
