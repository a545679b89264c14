/* Whose turn is it? The schedule lends each mailbox to one collector at a time: the one
 * most overdue whose server has not had its share. Thread-safe; never calls out. */
#pragma once

#include "daemon/login.h"

typedef struct Server Server; /* a host: the unit of fairness */
typedef struct User User;     /* at a server: the unit of connections */

enum {
    BURST = 3,                  /* connections to a mailbox ... */
    BURST_US = 10 * 1000 * 1000 /* ... in so long a time, at most */
};

/* How a mailbox is, as others may want to know. */
typedef struct PostState {
    int64_t quiet_until_us; /* the server asked for peace: not even news wakes us */
    int64_t last_success_s; /* wall time; 0: none yet */
    bool is_failing;        /* mailbox.failing has been said */
    bool is_stopped;        /* an operator must act */
    bool is_listening;      /* in IDLE */
} PostState;

typedef struct Post {
    const MailboxConfig *mailbox;
    Server *server;
    User *user;

    /* The borrower's, or the watch's. */
    ImapSession *session; /* NULL: not connected */
    PostState state;
    Login login;
    int64_t connected_us;    /* when the session began, monotonic */
    int64_t renew_us;        /* how long IDLE may last there */
    int64_t tried_us[BURST]; /* the last connections tried, oldest first */
    int64_t failures;        /* in a row, until a session has lasted */
    int64_t refusals;        /* log-ins refused in a row */
    char *credentials;       /* fingerprint of those of the last log-in; owned */
    GPtrArray *folders;      /* ImapFolder to collect; NULL: not known yet */
    GHashTable *skipped;     /* names of folders that could not be opened: told once */

    /* The schedule's, under its lock. */
    PostState shown; /* as it was when returned */
    int64_t due_us;  /* monotonic */
    bool is_lent;
    bool is_woken; /* the server spoke since it was last borrowed */
    bool is_done;  /* once: visited */
} Post;

typedef struct Schedule Schedule;

/* `once`: every mailbox is due now and visited one time. */
Schedule *schedule_new(const Config *config, int collectors, bool once);
void schedule_free(Schedule *schedule);

/* Blocks until a mailbox is due. NULL: the house closes, or (once) all are done. */
Post *schedule_borrow(Schedule *schedule);
/* Whether its connection may be kept between visits: not where others of the same user
 * need it. The parts of `post` that this reads never change. */
bool schedule_may_keep(const Post *post, const ImapProvider *provider);
/* Due again after `delay_us`. */
void schedule_return(Schedule *schedule, Post *post, int64_t delay_us);
/* The server spoke: due now. */
void schedule_wake(Schedule *schedule, Post *post);
void schedule_close(Schedule *schedule);

/* Full jitter: a random time up to min(10 min, 2 s * 2^failures). */
int64_t schedule_backoff_us(int64_t failures);

/* Calls `look` for each mailbox while the schedule is locked; it must be brief. */
typedef void (*ScheduleLook)(const MailboxConfig *mailbox, const PostState *state,
                             void *self);
void schedule_look(Schedule *schedule, ScheduleLook look, void *self);

typedef struct ScheduleCounts {
    int64_t mailboxes, stopped, failing;
} ScheduleCounts;
void schedule_counts(Schedule *schedule, ScheduleCounts *out);
