"""Classes of elements that hold no story, in the languages of news sites.

A class counts if an element near the paragraph has all its words. On training pages, at most one in forty paragraphs
within such an element is core, but for pages of which it holds much.
"""

CAPTIONS = tuple(
    frozenset(words.split())
    for words in (
        "caption", "legende", "bildunterschrift", "bildtext", "bildetekst", "billedtekst", "piefoto", "didascalia",
        "legenda", "bijschrift", "fotobijschrift", "onderschrift", "kuvateksti", "popisek", "img desc", "image desc",
        "photo desc", "photo credit", "image credit", "img credit", "picture credit",
    )
)  # fmt: skip
"""Captions and credits of pictures."""
BOXES = tuple(
    frozenset(words.split())
    for words in (
        "factbox", "fact box", "facts box", "faktenbox", "fakten box", "infokasten", "faktaboks", "faktaruta",
        "authorbio", "author bio", "author box", "authorbox", "about author", "bio", "biography",
        "taglist", "tag list", "readnext", "read next", "readmore", "read more", "mostread", "most read", "recirc",
        "recirculation", "trending", "recommended", "recommendations", "outbrain", "taboola", "interstitial",
        "correction", "corrections", "editors note", "pagination", "pager", "breadcrumbs", "commentlist", "comment",
        "comments", "copyright", "author description", "authors bio", "sr only", "screen reader", "signup",
        "subscribe", "subscriber", "subscription", "subscriptions", "newsletter", "newsletters", "nieuwsbrief",
        "nyhetsbrev", "nyhedsbrev", "advertisement", "donate", "donation", "share", "sharing", "sharebar",
        "sharedaddy", "social", "socials",
        "follow", "login", "signin", "cookie", "cookies", "consent", "dialog", "modal", "message", "form", "buttons",
        "poll", "vote", "survey", "umfrage", "sondage", "encuesta", "sondaggio", "enquete", "ankieta", "buybox",
    )
)  # fmt: skip
"""Boxes beside the story, notes, menus and forms."""
OFFERS = (frozenset(("paywall",)),)
"""What a subscription holds and costs, in short lines; the prose may be the story."""
PULL_QUOTES = tuple(frozenset(words.split()) for words in ("pullquote", "pull quote", "pquote", "blockquote highlight"))
"""Quotes that may repeat the story."""
