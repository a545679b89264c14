/* Layer 5a: signs of someone who pretends to be another. Each sign is said and
 * weighed on its own; only together, and only without authentication, do they label. */
#include <string.h>

#include "fold.h"
#include "layer.h"

enum {
    LINKS_MOST = 300
};

static const double threshold = 0.6;

static void
add_signal(Case *it, double weight, char *text)
{
    PhishingFacts *facts = &it->out->phishing;

    facts->score = MIN(1.0, facts->score + weight);
    texts_append(&facts->signals, text);
}

static bool
is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

/* One label of the domain, whole or before a dash: "paypal" in mail.paypal.com. */
static bool
domain_has_label(const char *domain, const char *label)
{
    g_auto(GStrv) labels = g_strsplit(domain, ".", 12);
    size_t count = g_strv_length(labels);

    /* Only what one registers counts: paypal.com.evil.net is evil.net. */
    for (size_t i = count > 3 ? count - 3 : 0; i + 1 < count; i++)
        if (g_str_equal(labels[i], label) || g_str_has_prefix(labels[i], label))
            return i + 3 >= count;
    return false;
}

static void
check_display_name(Case *it)
{
    const char *name = it->message->from.name;
    const char *domain = address_domain(it->from_address);
    const Looks *looks = it->classifier->looks;
    g_autofree char *seen = name ? looks_skeleton(looks, name) : NULL;
    const Brand *brand;

    if (!name || is_our_domain(it->settings, domain))
        return;
    for (size_t i = 0; i < list_length(it->settings->our_domains); i++) {
        const char *ours = it->settings->our_domains->pdata[i];
        g_autofree char *lower = fold_case(name, SUBJECT_FOLD_BYTES);

        if (strstr(lower, ours))
            add_signal(it, 0.5,
                       g_strdup_printf("the name shown contains %s, but the address is "
                                       "of %s",
                                       ours, domain));
    }
    brand = looks_brand(looks, seen);
    if (brand && !domain_has_label(domain, brand->domain))
        add_signal(it, is_ascii(name) ? 0.4 : 0.6,
                   g_strdup_printf("the name shown says %s, but the address is of %s",
                                   brand->name, domain));
}

/* True when one insertion, deletion or exchange makes them equal. */
static bool
is_one_edit_apart(const char *a, const char *b)
{
    size_t left = strlen(a);
    size_t right = strlen(b);
    size_t head = 0;
    size_t tail = 0;
    size_t shorter = MIN(left, right);

    if (left > right + 1 || right > left + 1)
        return false;
    while (head < shorter && a[head] == b[head])
        head++;
    while (tail < shorter - head && a[left - 1 - tail] == b[right - 1 - tail])
        tail++;
    return MAX(left, right) - head - tail == 1;
}

static void
check_look_alike(Case *it)
{
    const char *domain = address_domain(it->from_address);
    const Looks *looks = it->classifier->looks;
    g_autofree char *seen = looks_skeleton(looks, domain);

    if (!*domain || is_our_domain(it->settings, domain))
        return;
    for (size_t i = 0; i < list_length(it->settings->our_domains); i++) {
        const char *ours = it->settings->our_domains->pdata[i];
        g_autofree char *ours_seen = looks_skeleton(looks, ours);

        if (g_str_equal(seen, ours_seen) ||
            (strlen(ours) >= 8 && is_one_edit_apart(domain, ours))) {
            add_signal(it, 0.6, g_strdup_printf("%s looks like our %s", domain, ours));
            return;
        }
    }
}

/* The last two labels, three under a short second one (co.uk, com.mx). */
static const char *
site_part(const char *domain)
{
    const char *last = strrchr(domain, '.');
    const char *start = last;
    int wanted = 1;

    while (start && start > domain) {
        const char *before = start - 1;

        while (before > domain && *before != '.')
            before--;
        if (*before != '.')
            return domain;
        if (wanted == 1 && start - before - 1 <= 3 && strlen(last) == 3) {
            wanted = 2;
            start = before;
            continue;
        }
        return before + 1;
    }
    return domain;
}

/* The host a link's text shows; NULL when the text is no address. */
static char *
shown_host(const char *text)
{
    g_autofree char *lower = g_strstrip(fold_case(text, 300));
    const char *start = lower;
    size_t size;

    if (g_str_has_prefix(start, "https://"))
        start += 8;
    else if (g_str_has_prefix(start, "http://"))
        start += 7;
    if (g_str_has_prefix(start, "www."))
        start += 4;
    size = strspn(start, "abcdefghijklmnopqrstuvwxyz0123456789-.");
    if (size < 4 || !memchr(start, '.', size) ||
        !(start[size] == '\0' || start[size] == '/' || start[size] == '?'))
        return NULL;
    /* "invoice.pdf" and "v1.2" are no hosts. */
    if (g_ascii_isdigit(start[size - 1]) || g_str_has_suffix(lower, ".pdf") ||
        g_str_has_suffix(lower, ".html"))
        return NULL;
    return g_strndup(start, size);
}

static bool
is_ip_host(const char *domain)
{
    return strspn(domain, "0123456789.") == strlen(domain) && strchr(domain, '.');
}

static void
check_links(Case *it)
{
    const GPtrArray *links = it->message->links;
    bool mismatch = false;
    bool numeric = false;

    for (size_t i = 0; i < MIN(list_length(links), (size_t)LINKS_MOST); i++) {
        const Link *link = links->pdata[i];
        g_autofree char *shown = link->text ? shown_host(link->text) : NULL;

        if (!link->domain)
            continue;
        if (shown && !mismatch &&
            g_ascii_strcasecmp(site_part(shown), site_part(link->domain)) != 0) {
            mismatch = true;
            add_signal(it, 0.3,
                       g_strdup_printf("a link shows %s and leads to %s", shown,
                                       link->domain));
        }
        if (!numeric && is_ip_host(link->domain)) {
            numeric = true;
            add_signal(
                it, 0.25,
                g_strdup_printf("a link leads to the bare address %s", link->domain));
        }
    }
}

static void
check_reply_to(Case *it)
{
    const GPtrArray *reply_to = it->message->reply_to;
    const Address *first = list_length(reply_to) ? reply_to->pdata[0] : NULL;
    const char *from = address_domain(it->from_address);
    g_autofree char *answer =
        first ? fold_case(address_domain(first->address), 256) : NULL;

    if (!answer || !*answer || !*from ||
        g_str_equal(site_part(answer), site_part(from)) || it->is_web_form)
        return;
    add_signal(it, 0.15,
               g_strdup_printf("answers would go to %s, not to %s", answer, from));
}

static void
check_verdict(Case *it)
{
    if (it->verdict->kind == VERDICT_FAILED)
        add_signal(it, 0.4, g_strdup("the author's domain disowns this mail"));
    if (it->verdict->kind == VERDICT_SUSPICIOUS)
        add_signal(it, 0.3, g_strdup("its authentication is contradictory"));
    if (it->verdict->kind != VERDICT_AUTHENTICATED &&
        is_our_domain(it->settings, address_domain(it->from_address)) &&
        it->verdict->kind != VERDICT_DEFERRED)
        add_signal(it, 0.2, g_strdup("it claims our domain without proof"));
}

static void
check_attachments(Case *it)
{
    const GPtrArray *attachments = it->message->attachments;

    for (size_t i = 0; i < list_length(attachments); i++) {
        const Attachment *attachment = attachments->pdata[i];
        g_autofree char *type = fold_case(attachment->content_type, 100);

        if (list_length(attachment->risk)) {
            add_signal(it, 0.3,
                       g_strdup_printf("an attachment is risky: %s",
                                       (char *)attachment->risk->pdata[0]));
            return;
        }
        if (g_str_equal(type, "text/html")) {
            add_signal(it, 0.2, g_strdup("a web page is attached"));
            return;
        }
    }
}

static void
check_words(Case *it)
{
    static const char *const phrases[] = {" verify your account ",
                                          " confirm your account ",
                                          " account has been suspended ",
                                          " account has been limited ",
                                          " unusual sign in ",
                                          " unusual activity ",
                                          " password will expire ",
                                          " password expires ",
                                          " update your payment ",
                                          " update your billing ",
                                          " mailbox is full click ",
                                          " mailbox quota ",
                                          " confirm your identity ",
                                          " verify your identity ",
                                          " wallet has been ",
                                          " recovery phrase ",
                                          " verifique su cuenta ",
                                          " verifica tu cuenta ",
                                          " confirme sus datos ",
                                          " confirma tus datos ",
                                          " actualice sus datos ",
                                          " su cuenta ha sido bloqueada ",
                                          " su cuenta sera ",
                                          " cuenta suspendida ",
                                          " su contrasena caduca ",
                                          " contrasena expira ",
                                          " actividad inusual ",
                                          " acceso no autorizado ",
                                          NULL};
    const char *phrase = fold_find_indexed(&it->in_reply, phrases);
    g_autofree char *shown = NULL;

    if (!phrase)
        phrase = fold_find(it->subject, phrases);
    if (!phrase || list_length(it->message->links) == 0)
        return;
    shown = g_strstrip(g_strdup(phrase));
    add_signal(it, 0.25, g_strdup_printf("it presses with “%s” and a link", shown));
}

bool
layer_phishing(Case *it)
{
    PhishingFacts *facts = &it->out->phishing;

    check_display_name(it);
    check_look_alike(it);
    check_links(it);
    check_reply_to(it);
    check_verdict(it);
    check_attachments(it);
    check_words(it);
    if (facts->score < threshold || list_length(facts->signals) < 2 ||
        it->verdict->kind == VERDICT_AUTHENTICATED ||
        it->verdict->kind == VERDICT_DEFERRED)
        return false;
    settle(it, LABEL_PHISHING, facts->score, "phishing:signals",
           g_strdup_printf("%zu signs of a pretended sender",
                           list_length(facts->signals)));
    for (size_t i = 0; i < list_length(facts->signals); i++)
        add_reason(&it->out->classification, "phishing:signal", 0,
                   g_strdup(facts->signals->pdata[i]));
    return true;
}
