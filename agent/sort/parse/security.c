#include "sort/parse/security.h"

#include <string.h>

#include "sort/parse/parameters.h"

static void
judge_pkcs7(const Part *part, MessageSecurity *security)
{
    g_autofree char *kind = parse_parameter(part->type_field, "smime-type", NULL);

    if (part->children || (kind && g_ascii_strcasecmp(kind, "signed-data") == 0))
        security->is_signed = true;
    else if (!kind || g_ascii_strcasecmp(kind, "certs-only") != 0)
        security->is_encrypted = true;
}

static void
judge_part(const Part *part, MessageSecurity *security)
{
    if (parse_part_is(part, "multipart/signed"))
        security->is_signed = true;
    else if (parse_part_is(part, "multipart/encrypted"))
        security->is_encrypted = true;
    else if (parse_part_is(part, "application/pkcs7-mime") ||
             parse_part_is(part, "application/x-pkcs7-mime"))
        judge_pkcs7(part, security);
    for (guint i = 0; part->children && i < part->children->len; i++)
        judge_part(part->children->pdata[i], security);
}

void
parse_read_security(Part *root, const char *text, MessageSecurity *security)
{
    judge_part(root, security);
    if (text && strstr(text, "-----BEGIN PGP SIGNED MESSAGE-----"))
        security->is_signed = true;
    if (text && strstr(text, "-----BEGIN PGP MESSAGE-----"))
        security->is_encrypted = true;
}
