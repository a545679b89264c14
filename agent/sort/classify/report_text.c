#include "report_text.h"

#include <string.h>

enum {
    TEXT_MOST_BYTES = 16000,
    LINES_MOST = 400,
    NAME_MOST_BYTES = 40
};

static void
free_group(void *group)
{
    shape_free(&report_group_shape, group);
}

/* The size of a field's name at the start of the line; 0: it is no field. */
static size_t
name_size(const char *line)
{
    size_t size = strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789-");

    return size > 0 && size <= NAME_MOST_BYTES && line[size] == ':' ? size : 0;
}

static void
add_line(ReportGroup *group, const char *line)
{
    size_t size = name_size(line);
    Header *header;

    if (size) {
        header = shape_append(&header_shape, &group->fields);
        header->name = g_strndup(line, size);
        header->value = g_strstrip(g_strdup(line + size + 1));
    } else if (g_ascii_isspace(*line) && list_length(group->fields)) {
        g_autofree char *before = NULL;

        header = group->fields->pdata[group->fields->len - 1];
        before = header->value;
        header->value = g_strconcat(before, " ", line + strspn(line, " \t"), NULL);
    }
}

static bool
is_blank(const char *line)
{
    return line[strspn(line, " \t\r")] == '\0';
}

/* Nearly all mail has no line that begins so. */
static bool
has_line(const char *text, const char *start)
{
    size_t size = strlen(start);
    const char *line = text;

    while (line && g_ascii_strncasecmp(line, start, size) != 0) {
        line = strchr(line, '\n');
        line += line ? 1 : 0;
    }
    return line != NULL;
}

GPtrArray *
report_groups_in_text(const char *text, const char *wanted)
{
    GPtrArray *groups = g_ptr_array_new_with_free_func(free_group);
    g_autofree char *cut = g_strndup(text ? text : "", TEXT_MOST_BYTES);
    g_auto(GStrv) lines = NULL;
    ReportGroup *group = NULL;

    if (!has_line(cut, wanted))
        return groups;
    lines = g_strsplit(cut, "\n", LINES_MOST);
    for (char **line = lines;; line++) {
        if (*line && !is_blank(*line)) {
            if (!group)
                group = shape_new(&report_group_shape);
            add_line(group, *line);
            continue;
        }
        if (group && field_of(group->fields, wanted))
            g_ptr_array_add(groups, g_steal_pointer(&group));
        free_group(g_steal_pointer(&group));
        if (!*line)
            return groups;
    }
}
