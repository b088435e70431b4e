"""Pages to read: the contents of a book, and its chapters."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from registry.views.guide.chapters import BOOKS, Book
from registry.views.missing import not_found
from registry.views.site import page


@page
def contents(request: HttpRequest, book: Book) -> HttpResponse:
    """Show a book's chapters, and where the other books are. No query but the footer's."""
    others = [one for one in BOOKS if one is not book]
    return render(request, "guide/contents.html", {"book": book, "others": others})


@page
def chapter(request: HttpRequest, book: Book, slug: str) -> HttpResponse:
    """Show one chapter. No query but the footer's."""
    found = book.chapter(slug)
    if found is None:
        return not_found(request, slug)
    before, after = book.beside(found)
    context = {"book": book, "chapter": found, "before": before, "after": after}
    address = f"guide/{book.slug}/{slug}.html"
    return render(request, address, context | found.worked())
