"""Coming in with a token, and going out."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from voiced.web.doors import ENTRANCE, cookie_name
from voiced.web.rendering import render, stranger
from voiced.web.site import site_of
from voiced.web.tokens import SESSION_S, TokenRefused

__all__ = ["routes"]


async def enter(request: Request) -> Response:
    """Exchange a token for a session.

    The answer is a page that goes on by itself: a redirection would come from wherever the link
    was clicked, and a browser then keeps the cookie back.
    """
    site = site_of(request)
    if request.method == "HEAD" or "prefetch" in request.headers.get("sec-purpose", ""):
        return Response(status_code=204)  # nobody looks at it: the token is kept for who does
    cookie = cookie_name(site.port)
    token = request.query_params.get("token", "")
    try:
        session = site.keys.spend(token)
    except TokenRefused as refused:
        if site.keys.admits(request.cookies.get(cookie, "")):
            return RedirectResponse("/", 303)
        return stranger(refused.why, 401)
    answer = HTMLResponse(render("entered.html"))
    answer.set_cookie(
        cookie, session, max_age=int(SESSION_S), path="/", httponly=True, samesite="strict"
    )
    return answer


async def leave(request: Request) -> Response:
    """End this session."""
    site = site_of(request)
    site.keys.end(request.cookies.get(cookie_name(site.port), ""))
    return RedirectResponse("/", 303)


routes = (Route(ENTRANCE, enter), Route("/leave", leave, methods=["POST"]))
