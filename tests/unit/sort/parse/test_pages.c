/* A page that is walked and the same page read by libxml2 say the same. */
#include "mail_fixture.h"

/* A control character within a comment: such a page is never walked. */
#define FOR_THE_LIBRARY "<!-- \x01 -->"

static const struct {
    const char *html;
    const char *text;
} pages[] = {
    {"<!DOCTYPE html><html><head><title>t</title></head><body>words</body></html>\n",
     "words"},
    {"<meta charset=utf-8><div dir=\"ltr\">one<div>two</div></div>", "one\ntwo"},
    {"Dear Eva,<br><br>bye", "Dear Eva,\n\nbye"},
    {"<p>one<p>two<table><tr><td>a<td>b<tr><td>c</table>", "one\n\ntwo\n\na b\nc"},
    {"<ul><li>one<li>two</ul><b>x</i></b>", "- one\n- two\nx"},
    {"<div><b>bold</div> and not", "bold\nand not"},
    {"<table><tr><td><b>in</td></b><td>out</tr></table></div>end", "in out\nend"},
    {"<p>&lt;b&gt; &amp;copy &copy; &#233;&#xe9 &bogus; & &nbsp;x</p>",
     "<b> &copy © éé &bogus; & x"},
    {"<style>p > a {}</style><p>seen<script>\"<p>not</p\"</script>", "seen"},
    {"<p>a<!-- <p>b --> c<br/>d<img src=x>e<hr>f</p>", "a c\nde\n\nf"},
    {"<div style=\"display:none\">hidden</div><div STYLE='color:red'>shown</div>",
     "shown"},
    {"<html>\n<head>\n</head>\n<body>\n<pre>a  b\n c</pre>\n</body>\n</html>",
     "a  b\n c"},
    {"<p title=\"one\" title=\"two\" class=x nowrap>twice</p><o:p>unknown</o:p>",
     "twice\n\nunknown"},
    {"<p><![if !supportLists]><span>1. </span><![endif]>First</p><!--[if "
     "mso]>no<![endif]-->"
     "<p>Second<![endif]>",
     "1. First\n\nSecond"},
    {"<p>\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae an\xe2\x80\x8c"
     "d &zwnj;&nbsp;&zwnj;</p>",
     "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae and"},
    {"<a href=\"http://a.example/\">one<a href=\"http://b.example/\">two</a>",
     "onetwo"},
};

static Reading *
read_page(const char *before, const char *html)
{
    g_autofree char *mail = g_strconcat(
        "From: a@b\nContent-Type: text/html; charset=utf-8\n\n", before, html, NULL);

    return read_text(mail);
}

static void
pages_are_read_alike(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(pages); i++) {
        g_autoptr(Reading) walked = read_page("", pages[i].html);
        g_autoptr(Reading) mended = read_page(FOR_THE_LIBRARY, pages[i].html);

        g_assert_cmpstr(mended->message.text, ==, pages[i].text);
        g_assert_cmpstr(walked->message.text, ==, pages[i].text);
    }
}

static void
links_keep_their_parameters(void)
{
    static const char page[] =
        "<p><a href=\"http://a.example/?x=1&amp;y=2&copy=3&#38;z\">one</a> "
        "<a href=http://b.example/?q=>two</a> <a name=x>three</a></p>";
    g_autoptr(Reading) walked = read_page("", page);
    const Link *first;
    const Link *second;

    g_assert_cmpuint(list_length(walked->message.links), ==, 2);
    first = walked->message.links->pdata[0];
    second = walked->message.links->pdata[1];
    g_assert_cmpstr(first->url, ==, "http://a.example/?x=1&y=2&copy=3&z");
    g_assert_cmpstr(first->text, ==, "one");
    g_assert_cmpstr(second->url, ==, "http://b.example/?q=");
}

static const char *const pieces[] = {
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    "<table>",
    "</table>",
    "<tr>",
    "</tr>",
    "<td>",
    "</td>",
    "<th>",
    "<tbody>",
    "</tbody>",
    "<ul>",
    "</ul>",
    "<li>",
    "</li>",
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<a href=x>",
    "</a>",
    "<h1>",
    "</h1>",
    "<font>",
    "</font>",
    "<span>",
    "</span>",
    "<center>",
    "</center>",
    "<br>",
    "<hr>",
    "<html>",
    "</html>",
    "<head>",
    "</head>",
    "<body>",
    "</body>",
    "<title>",
    "</title>",
    "<form>",
    "</form>",
    "<meta>",
    "<pre>",
    "</pre>",
    "<o:p>",
    "</o:p>",
    "&nbsp;",
    "&eacute;",
    "&x;",
    "& ",
    "<!-- c -->",
    "\n",
    " ",
    "word",
    "<blockquote>",
    "</blockquote>",
    "<p hidden>",
    "<style>x</style>",
    "<div class=gmail_quote>",
};

/* Whatever the tags, closed or not: the walk knows what it may not read itself. */
static void
any_order_of_tags_is_read_alike(void)
{
    GRand *dice = g_rand_new_with_seed(11);

    for (unsigned round = 0; round < 3000; round++) {
        g_autoptr(GString) page = g_string_new("<i>");
        g_autoptr(Reading) walked = NULL;
        g_autoptr(Reading) mended = NULL;

        for (gint32 i = g_rand_int_range(dice, 1, 25); i > 0; i--)
            g_string_append(page, pieces[g_rand_int(dice) % G_N_ELEMENTS(pieces)]);
        walked = read_page("", page->str);
        mended = read_page(FOR_THE_LIBRARY, page->str);
        g_test_message("%s", page->str);
        g_assert_cmpstr(walked->message.text, ==, mended->message.text);
        g_assert_cmpstr(walked->message.reply_text, ==, mended->message.reply_text);
        g_assert_cmpint(walked->hidden_characters, ==, mended->hidden_characters);
        g_assert_cmpuint(list_length(walked->message.links), ==,
                         list_length(mended->message.links));
    }
    g_rand_free(dice);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    parse_init();
    g_test_add_func("/parse/pages-are-read-alike", pages_are_read_alike);
    g_test_add_func("/parse/links-keep-their-parameters", links_keep_their_parameters);
    g_test_add_func("/parse/any-order-of-tags-is-read-alike",
                    any_order_of_tags_is_read_alike);
    return g_test_run();
}
