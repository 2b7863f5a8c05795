import html
import json
from base64 import b64encode
from urllib.parse import quote

import pytest

from corestory.reading.html.javascript import assigned_values, json_value
from corestory.reading.html.page import read_page

PARAGRAPHS = [
    f"The {day} ferry was late again, and nobody aboard was told why, “as ever”, the harbour council said in a letter."
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
]
BLOCKS = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
SHELL = '<body><nav><a href="/">Home</a></nav><div id="root">Loading…</div>{}</body>'


def story(html):
    return [text for text in read_page(html).texts if text not in ("Home", "Loading…")]


@pytest.mark.parametrize(
    "alternative",
    [
        "<noscript>{}</noscript>",
        "<my-app><template shadowrootmode=open>{}<script>x()</script></template></my-app>",
        "<iframe srcdoc='{}'></iframe>",
        "<iframe src='data:text/html,{}'></iframe>",
        "<svg><foreignObject><div>{}</div></foreignObject></svg>",
        "<form><textarea readonly>{}</textarea></form>",
        "<object data=story.swf>{}</object>",
        "<video src=story.mp4>{}</video>",
        "<canvas>{}</canvas>",
        "<map name=m>{}</map>",
        "<a-b><template shadowrootmode=open><c-d><template shadowrootmode=closed>{}</template></c-d></template></a-b>",
    ],
)
def test_a_page_that_shows_no_story_is_read_as_browsers_without_scripts_show_it(alternative):
    assert story(SHELL.format(alternative.format(BLOCKS))) == PARAGRAPHS


def test_a_story_behind_frames_is_read_and_their_addresses_are_known():
    page = read_page(f'<frameset><frame src="menu.html"><frame src="story.html"><noframes><body>{BLOCKS}</noframes>')
    assert page.texts == PARAGRAPHS
    assert page.frames == ("menu.html", "story.html")


def test_a_story_in_lines_of_a_form_is_read():
    lines = "\n\n".join(PARAGRAPHS[:4]) + "\n\nFerry &amp; quay"
    assert story(SHELL.format(f"<textarea>{lines}</textarea>")) == [*PARAGRAPHS[:4], "Ferry & quay"]


@pytest.mark.parametrize("element", ["noscript", "template", "textarea", "object", "audio"])
def test_a_page_that_shows_its_story_is_not_read_twice(element):
    assert story(SHELL.format(f"{BLOCKS}<{element}>{BLOCKS}</{element}>")) == PARAGRAPHS


BODIES = {
    "lines": "\n\n".join(PARAGRAPHS),
    "HTML": BLOCKS,
    "escaped HTML": BLOCKS.replace("<", "&lt;").replace(">", "&gt;"),
    "HTML escaped twice": BLOCKS.replace("<", "&amp;lt;").replace(">", "&amp;gt;"),
    "entities": "\n".join(PARAGRAPHS).replace("“", "&ldquo;").replace("”", "&#8221;"),
}


def test_white_space_in_json_takes_linear_time():
    gap = " " * 100_000  # in quadratic time it would take hours
    assert json_value(f'{gap}<!--{gap}//{gap}<![CDATA[{gap}{{"quay":{gap}"->"}}{gap}//{gap}]]>{gap}*/{gap}') == {
        "quay": "->"
    }


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("wrapping", ["{}", "//<![CDATA[\n{}\n//]]>", "/*<![CDATA[*/{}/*]]>*/", "<!-- {} -->"])
def test_a_declared_story_is_cut_into_its_paragraphs(body, wrapping):
    data = json.dumps({"@graph": [{"@type": "WebSite"}, {"@type": "NewsArticle", "articleBody": BODIES[body]}]})
    page = SHELL.format(f'<script type="application/ld+json">{wrapping.format(data)}</script>')
    assert story(page) == PARAGRAPHS


SPANS = [
    {"nodeType": "paragraph", "content": [{"text": text[:9]}, {"nodeType": "link", "content": [{"text": text[9:]}]}]}
    for text in PARAGRAPHS
]
STATES = {
    "a list of texts": {"article": {"title": "Late", "body": PARAGRAPHS}},
    "a list of objects": {"a": [{"id": "p-1", "type": "paragraph", "text": text} for text in PARAGRAPHS]},
    "HTML": {"a": {"html": BLOCKS, "related": [{"title": "Another story, of which this is the headline alone"}]}},
    "lines": {"a": {"content": "\n".join(PARAGRAPHS)}},
    "spans": {"content": SPANS},
}
SCRIPTS = {
    "data": '<script id="__NEXT_DATA__" type="application/json">{}</script>',
    "assignment": "<script>var a = 1; window.__INITIAL_STATE__ = {}; start();</script>",
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("script", SCRIPTS)
def test_the_state_of_an_application_holds_the_story_of_a_page_that_shows_none(state, script):
    assert story(SHELL.format(SCRIPTS[script].format(json.dumps({"props": STATES[state]})))) == PARAGRAPHS


def test_paragraphs_that_a_cache_keeps_beside_one_another_are_a_story():
    cache = {f"Paragraph:{number}": {"type": "P", "text": text} for number, text in enumerate(PARAGRAPHS)}
    state = {"ROOT": {"post": {"__ref": "Post:1"}}, "User:1": {"bio": "She writes about ferries and quays."}, **cache}
    assert story(SHELL.format(f"<script>window.__APOLLO_STATE__ = {json.dumps(state)}</script>")) == PARAGRAPHS


def test_a_state_that_is_a_string_of_json_is_read():
    data = json.dumps(json.dumps({"body": PARAGRAPHS}))
    assert story(SHELL.format(f"<script>window.__STATE__=JSON.parse({data})</script>")) == PARAGRAPHS


def test_the_state_of_a_page_that_shows_its_story_is_not_read():
    script = SCRIPTS["data"].format(json.dumps({"body": [f"Another {text}" for text in PARAGRAPHS]}))
    assert story(SHELL.format(BLOCKS + script)) == PARAGRAPHS


@pytest.mark.parametrize("raw", ["{", "[" * 100_000, '{"body": 1}', "null", '"text"'])
def test_a_state_that_is_damaged_or_holds_no_story_is_nothing(raw):
    assert story(SHELL.format(SCRIPTS["data"].format(raw))) == []


@pytest.mark.parametrize("opening", ['<script type="application/ld+json">', "<script>window.__STATE__ = "])
@pytest.mark.parametrize("size", [1, 30, 60])
def test_the_story_of_a_page_that_is_cut_off_within_its_data_is_read_so_far(opening, size):
    data = json.dumps({"@type": "NewsArticle", "articleBody": "\n\n".join(PARAGRAPHS)})
    page = SHELL.format(opening + data[: data.index("ferry", data.index("The Friday")) + size])
    *whole, part = story(page)
    assert whole == PARAGRAPHS[:-1]
    assert PARAGRAPHS[-1].startswith(part)


def test_every_cut_of_json_is_read_or_refused():
    data = json.dumps({"a": [1, 2.5, {"é": 'One "two" \\ end', "n": None, "b": False}], "c": {}})
    found = [value for size in range(1, len(data)) for _, value in assigned_values(f"__S__ = {data[:size]}")]
    assert len(found) == len(data) - 1
    assert found[-1] == json.loads(data)
    for damaged in ("{'a': 1}", '{"a": 1]', '{"a" 1}', "[1, 2"[:2] + "x" * 50):
        assert list(assigned_values(f"page = {damaged}")) == []


@pytest.mark.parametrize("around", ['{{"@type": "Organization"}}{{{}}}', "{{{},}}"])
def test_the_declared_story_of_damaged_json_is_read(around):
    declared = around.format(f'"articleBody": {json.dumps(" ".join(PARAGRAPHS))}')
    assert story(SHELL.format(f'<script type="application/ld+json">{declared}</script>')) == [" ".join(PARAGRAPHS)]


MARKUP = json.dumps({"title": "Ferry", "body": BLOCKS})
ANGULAR = MARKUP.replace('"', "&q;").replace("<", "&l;").replace(">", "&g;")
REACT = json.dumps(["$", "article", None, {"children": [["$", "p", "1", {"children": text}] for text in PARAGRAPHS]}])
IN_QUOTES = MARKUP.replace("\\", "\\\\").replace("<", "\\x3C").replace("'", "\\'")
TEXT_ROW = f"3:T{len(BLOCKS.encode()):x},{BLOCKS}4:[]\n"


def _pushed(sent: str) -> str:
    """Write what server components send as a page has it: in pieces that end anywhere."""
    pieces = [sent[begin : begin + 70] for begin in range(0, len(sent), 70)]
    return "".join(f"<script>self.__next_f.push([1,{json.dumps(piece)}])</script>" for piece in pieces)


@pytest.mark.parametrize(
    "holder",
    [
        _pushed(f'0:"$L1"\n1:I["x",[]]\n2:{REACT}\n'),
        _pushed(f"0:[]\n{TEXT_ROW}"),
        f"<script>window.__NUXT__={{data:[{{title:'Ferry',body:{json.dumps(BLOCKS)}}}]}}</script>",
        f"<script>window.__remixContext = {MARKUP};</script>",
        f"<script>window.pageData={MARKUP}</script>",
        f"<script>var a='{{';Fusion.arcSite='x';Fusion.globalContent={MARKUP};Fusion.tree={{}};</script>",
        f"<script>window.__DATA__ = JSON.parse(decodeURIComponent('{quote(MARKUP)}'))</script>",
        f"<script>let page=JSON.parse(atob('{b64encode(MARKUP.encode()).decode()}'))</script>",
        f"<script>App.start = JSON.parse('{IN_QUOTES}')</script>",
        f"<story-view :story='{html.escape(json.dumps({'parts': SPANS}))}' :user=null></story-view>",
        f"<script type=application/json>{json.dumps({'status': 200, 'body': MARKUP})}</script>",
        f"<script type=fastboot/json>{MARKUP}</script>",
        f"<script type=application/ld+json>{json.dumps({'@type': 'NewsArticle', 'articleBody': PARAGRAPHS})}</script>",
        f"<script type=application/ld+json>{json.dumps({'@type': 'BlogPosting', 'text': BLOCKS})}</script>",
        f"<script id=serverApp-state type=application/json>{ANGULAR}</script>",
        f"<script type=text/template>{BLOCKS}</script>",
        f"<template>{BLOCKS}</template>",
        f"<div data-page='{MARKUP}'></div>",
        f"<meta itemprop=articleBody content='{' '.join(PARAGRAPHS)}'>",
        "<script type=application/ld+json>"
        + json.dumps({"@type": "LiveBlogPosting", "liveBlogUpdate": [{"articleBody": text} for text in PARAGRAPHS]})
        + "</script>",
    ],
    ids=[
        "elements of server components", "text of server components", "expression", "Remix", "data of the page",
        "name with a dot", "escaped address", "base 64", "JavaScript string", "attribute of any name", "JSON in JSON",
        "any type of JSON", "list that is declared", "text that is declared",
        "Angular", "script template", "template", "attribute", "microdata", "live blog",
    ],
)  # fmt: skip
def test_a_story_is_found_wherever_an_application_keeps_it(holder):
    found = story(SHELL.format(holder))
    assert found == PARAGRAPHS or found == [" ".join(PARAGRAPHS)]
    shown = f"<article>{''.join(f'<p>{number}: {text}</p>' for number, text in enumerate(PARAGRAPHS))}</article>"
    assert story(SHELL.format(shown + holder))[: len(PARAGRAPHS)] == [
        f"{number}: {text}" for number, text in enumerate(PARAGRAPHS)
    ]


@pytest.mark.parametrize(
    "holder",
    [
        f"<template><p>{PARAGRAPHS[0]}</p></template>",
        f"<script type=text/template><p>{{{{ title }}}}</p>{BLOCKS}</script>",
        f"<div data-page='{{' data-props='{json.dumps(PARAGRAPHS[0])}'></div>",
        f"<cookie-wall :texts='{json.dumps(PARAGRAPHS[:3])}'></cookie-wall>",
        f"<script type=application/ld+json>{json.dumps({'@type': 'Organization', 'text': PARAGRAPHS[:3]})}</script>",
        f"<script>consent.texts = {json.dumps(PARAGRAPHS[:3])}</script>",
        f"<script>consent.text = {json.dumps(BLOCKS)}</script>",
        _pushed(f"0:[]\n3:Tffff,{PARAGRAPHS[0][:30]}"),
        _pushed("0:" + "[" * 2_000),
        "<script>window.__NUXT__={title:'a \\\\\"'}</script>",
    ],
    ids=[
        "notice in a template", "places to fill", "damaged", "notices in an attribute", "notices that are declared",
        "notices in a script", "string",
        "text that ends too early", "nested", "no prose",
    ],
)  # fmt: skip
def test_notices_and_damaged_states_are_no_story(holder):
    assert story(SHELL.format(holder)) == []


def test_of_several_declared_stories_the_one_with_the_headline_of_the_page_is_shown():
    others = [{"@type": "NewsArticle", "headline": "Snow", "articleBody": " ".join(PARAGRAPHS * 2)}]
    own = {"@type": "NewsArticle", "headline": "Ferry  late", "articleBody": "\n\n".join(PARAGRAPHS)}
    data = json.dumps([{"@type": "ItemList", "itemListElement": others}, own])
    page = f"<title>Ferry late | The Bay Post</title><script type=application/ld+json>{data}</script>"
    assert story(page + SHELL.format("")) == PARAGRAPHS


@pytest.mark.parametrize(
    "state",
    [
        {"ops": [part for text in PARAGRAPHS for part in ({"insert": text}, {"insert": "\n"})]},
        {"root": {"nodes": [{"leaves": [{"text": text[:40]}, {"text": text[40:]}]} for text in PARAGRAPHS]}},
    ],
)
def test_editors_name_the_parts_of_a_paragraph_in_many_ways(state):
    assert story(SHELL.format(f"<script>window.article = {json.dumps(state)};</script>")) == PARAGRAPHS


def test_a_story_in_an_attribute_may_be_html():
    assert story(SHELL.format(f'<div data-content="{html.escape(BLOCKS)}"></div>')) == PARAGRAPHS


def test_code_between_the_strings_of_a_state_is_none_of_its_story():
    texts = json.dumps(BLOCKS)
    code = (
        'Promise.all([import("./s.js"),import("./a.js")]).then(([kit, app]) => {kit.start(app, element, {node_ids: [0],'
    )
    script = f'__kit_1x = {{base: ""}};{code}data: [null,{{type:"data",data:{{html:{texts}}}}}]}});}});'
    assert story(SHELL.format(f"<script>{script}</script>")) == PARAGRAPHS


def test_the_entries_of_a_declared_live_report_are_one_story_in_their_order():
    entries = [
        {"@type": "BlogPosting", "headline": f"{number}", "articleBody": text} for number, text in enumerate(PARAGRAPHS)
    ]
    data = json.dumps({"@type": "LiveBlogPosting", "headline": "Ferry", "liveBlogUpdate": entries})
    assert story(f"<script type=application/ld+json>{data}</script>" + SHELL.format("")) == PARAGRAPHS


QUOTED = " +\n".join("'" + f"<p>{text}</p>".replace("/", "\\/") + "'" for text in PARAGRAPHS)


@pytest.mark.parametrize(
    "script",
    [
        f"document.write({json.dumps(BLOCKS)});",
        f"/* it's old */\nvar story = {QUOTED}; document.getElementById('s').innerHTML = story;",
        f"const story = `\n{BLOCKS}`;",
        f"show({json.dumps({'title': 'Ferry', 'body': BLOCKS})});",
    ],
)
def test_a_story_that_a_script_writes_into_its_page_is_found(script):
    assert story(SHELL.format(f"<script>{script}</script>")) == PARAGRAPHS


def test_a_story_in_an_island_of_xml_is_found():
    lines = "".join(f"<para>{text}</para>" for text in PARAGRAPHS)
    assert story(SHELL.format(f'<script type="application/xml"><article>{lines}</article></script>')) == PARAGRAPHS


def test_what_a_script_may_write_is_no_story_beside_a_shown_one():
    script = f"<script>document.write({json.dumps(BLOCKS.replace('ferry', 'train'))});</script>"
    assert story(f"<main>{BLOCKS}</main>{script}") == PARAGRAPHS


def test_a_frame_may_hold_its_page_in_base_64():
    data = b64encode(f"<meta charset=utf-8>{BLOCKS}".encode()).decode()
    assert story(SHELL.format(f"<iframe src='data:text/html;base64,{data}'></iframe>")) == PARAGRAPHS
    assert story(SHELL.format(f"<iframe src='data:text/html;base64,{data[:41]}'></iframe>")) == []


def test_names_of_types_between_the_paragraphs_of_a_state_are_none_of_its_story():
    state = [["ShallowReactive", 1], {"blocks": 2}, [], *(part for text in PARAGRAPHS for part in ("paragraph", text))]
    script = f'<script type="application/json" id="__NUXT_DATA__">{json.dumps(state)}</script>'
    assert story(SHELL.format(script)) == PARAGRAPHS
