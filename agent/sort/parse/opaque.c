#include "sort/parse/opaque.h"

#include <openssl/cms.h>
#include <openssl/err.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CMS_ContentInfo, CMS_ContentInfo_free)

enum {
    NESTED_MOST_BYTES = 32 << 20
};

static GByteArray *
content_of(CMS_ContentInfo *cms)
{
    ASN1_OCTET_STRING **content;
    GByteArray *bytes;
    int size;

    if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed)
        return NULL;
    content = CMS_get0_content(cms);
    if (!content || !*content)
        return NULL;
    size = ASN1_STRING_length(*content);
    if (size <= 0 || size > NESTED_MOST_BYTES)
        return NULL;
    bytes = g_byte_array_sized_new((guint)size);
    return g_byte_array_append(bytes, ASN1_STRING_get0_data(*content), (guint)size);
}

/* NULL: there is nothing that can be read without a key. */
static GByteArray *
unwrap(const Part *part)
{
    g_autoptr(GByteArray) wrapped = parse_decode_part(part);
    const unsigned char *at = wrapped->data;
    g_autoptr(CMS_ContentInfo) cms = NULL;

    if (wrapped->len == 0 || wrapped->len > NESTED_MOST_BYTES)
        return NULL;
    cms = d2i_CMS_ContentInfo(NULL, &at, (long)wrapped->len);
    ERR_clear_error(); /* what is no CMS leaves its complaints in a queue */
    return cms ? content_of(cms) : NULL;
}

static void
renumber(Part *part, const char *prefix, guint index)
{
    g_free(part->number);
    part->number = g_strdup_printf("%s.%u", prefix, index);
    for (guint i = 0; part->children && i < part->children->len; i++)
        renumber(part->children->pdata[i], part->number, i + 1);
}

void
parse_open_signed(Part *root, StructureLimits limits)
{
    g_autoptr(GPtrArray) leaves = g_ptr_array_new();

    parse_list_leaves(root, leaves);
    for (guint i = 0; i < leaves->len; i++) {
        Part *part = leaves->pdata[i];
        g_autoptr(GByteArray) bytes = NULL;
        const char *excess = NULL;
        Part *inner;

        if (!parse_part_is(part, "application/pkcs7-mime") &&
            !parse_part_is(part, "application/x-pkcs7-mime"))
            continue;
        bytes = unwrap(part);
        inner =
            bytes ? parse_read_structure((Span){(const char *)bytes->data, bytes->len},
                                         limits, &excess)
                  : NULL;
        if (!inner)
            return;
        renumber(inner, part->number, 1);
        inner->parent = part;
        part->owned = g_steal_pointer(&bytes);
        part->children = g_ptr_array_new();
        g_ptr_array_add(part->children, inner);
        return;
    }
}
