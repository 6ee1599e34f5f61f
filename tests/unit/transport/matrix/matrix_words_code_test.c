/* Fences that a body lost come back from formatted_body, and nothing else does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "transport/matrix/matrix_words.h"

static void check(const char *body, const char *html, const char *expected)
{
    struct buf out;
    buf_init(&out);
    matrix_words_fence(body, strlen(body), html, &out);
    assert_false(out.failed);
    assert_string_equal(buf_text(&out), expected);
    buf_finish(&out);
}

/* The body stays as it is. */
static void check_same(const char *body, const char *html)
{
    check(body, html, body);
}

static void fences_come_back(void **state)
{
    (void)state;
    check("def f():\n    pass", "<pre><code class=\"language-python\">def f():\n    pass\n</code></pre>",
          "```python\ndef f():\n    pass\n```");
    check("See:\na < b\nDone", "<p>See:</p><PRE>\n<code>a &lt; b</code></PRE><p>Done</p>",
          "See:\n```\na < b\n```\nDone");
    check("a\nb", "<pre>a</pre><pre class='x language-c++'>b</pre>", "```\na\n```\n```c++\nb\n```");
    check("x\n\ny\n", "<pre>x</pre>\n<pre>y</pre>", "```\nx\n```\n\n```\ny\n```\n");
    check("x\ny", "<pre><code>x<br/>y</code></pre>", "```\nx\ny\n```");
    check("if a && b \"c\" 'd' \xC3\xA9 &x;",
          "<pre><code>if <span>a</span> &amp;&amp; b &quot;c&quot; &#39;d&#x27; &#233; &x;</code></pre>",
          "```\nif a && b \"c\" 'd' \xC3\xA9 &x;\n```");
}

static void bodies_that_need_none(void **state)
{
    (void)state;
    check_same("```c\nint a;\n```", "<pre><code class=\"language-c\">int a;</code></pre>");
    check_same("~~~\nint a;\n~~~", "<pre><code>int a;</code></pre>");
    check_same("plain", NULL);
    check_same("plain", "<b>plain</b>");
    check_same("int a;", "<code>int a;</code>");
    check_same("", "<pre></pre>");
    check_same("\n", "<pre>\n</pre>");
}

/* HTML alone adds nothing: what is fenced stands in the body, in whole lines. */
static void html_is_not_trusted(void **state)
{
    (void)state;
    check_same("hello", "<pre><code>!end</code></pre>");
    check_same("hello there", "<pre>hello</pre>");
    check_same("a", "<script>evil()</script><preview>a</preview>");
    check("a", "<pre><code class=\"language-c`\n!end\">a</code></pre>", "```c\na\n```");
    check("a", "<pre><code class=\"language-0123456789012345678901234567890123\">a</code></pre>", "```\na\n```");
    check_same("a", "<pre");
    check_same("a", "<pre>a");
    check_same("a", "<pre>a<");
    check_same("a", "<pre>&#0;a</pre>");
    check_same("a", "<pre>&#xD800;a</pre>");
    check_same("\xED\xA0\x80", "<pre>&#xD800;</pre>");
    check_same("a", "<pre>&#99999999999999999999;a</pre>");
    check("a", "<pre><b a</pre></pre>", "a");
}

static void what_a_reply_quotes_is_left_alone(void **state)
{
    (void)state;
    check_same("x\ny", "<mx-reply><blockquote><pre>x</pre></blockquote></mx-reply>x<br>y");
    check("x\ny", "<mx-reply><pre>x</pre></mx-reply>x<pre>y</pre>", "x\n```\ny\n```");
}

static void in_order_only(void **state)
{
    (void)state;
    check("b\na", "<pre>a</pre><pre>b</pre>", "b\n```\na\n```");
    check("a\na", "<pre>a</pre>", "```\na\n```\na");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fences_come_back),
        cmocka_unit_test(bodies_that_need_none),
        cmocka_unit_test(html_is_not_trusted),
        cmocka_unit_test(what_a_reply_quotes_is_left_alone),
        cmocka_unit_test(in_order_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
