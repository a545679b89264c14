#include "sort/parse/flowed.h"

#include <string.h>

#include "sort/parse/parameters.h"

bool
parse_is_torn(const Part *part)
{
    g_autofree char *format = parse_parameter(part->type_field, "format", NULL);
    g_autofree char *delsp =
        format ? parse_parameter(part->type_field, "delsp", NULL) : NULL;

    return delsp && g_ascii_strcasecmp(format, "flowed") == 0 &&
           g_ascii_strcasecmp(delsp, "yes") == 0;
}

/* "-- " ends in a blank, too (section 4.3). */
static bool
is_torn(const char *line, size_t size, size_t marks)
{
    size_t words = marks + strspn(line + marks, " ");

    return size > words && line[size - 1] == ' ' &&
           strncmp(line + words, "-- \n", 4) != 0;
}

/* Behind the quote marks and the blank that stuffs the line (sections 4.4 and 4.5). */
static const char *
content_of(const char *line, size_t marks)
{
    line += marks;
    return *line == ' ' ? line + 1 : line;
}

void
parse_join_torn(char *text)
{
    const char *from = text;
    char *to = text;
    size_t told = 0; /* marks of the line that this one goes on with */
    bool goes_on = false;

    while (*from) {
        size_t size = strcspn(from, "\n");
        size_t marks = goes_on ? 0 : strspn(from, ">");
        const char *next = from + size + (from[size] ? 1 : 0);
        size_t kept = (size_t)(next - from);

        told = goes_on ? told : marks;
        goes_on = is_torn(from, size, marks) && strspn(next, ">") == told &&
                  *content_of(next, told) > '\r';
        if (goes_on)
            kept = size - 1;
        memmove(to, from, kept);
        to += kept;
        from = goes_on ? content_of(next, told) : next;
    }
    *to = '\0';
}
