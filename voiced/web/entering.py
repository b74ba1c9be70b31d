"""Coming in with a token, and going out."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from voiced.web.doors import ENTRANCE, doors_of
from voiced.web.rendering import render, stranger
from voiced.web.tokens import SESSION_S, TokenRefused

__all__ = ["routes"]


async def enter(request: Request) -> Response:
    """Exchange a token for a session.

    The answer is a page that goes on by itself: a redirection would come from wherever the link
    was clicked, and a browser then keeps the cookie back.
    """
    doors = doors_of(request)
    if request.method == "HEAD" or "prefetch" in request.headers.get("sec-purpose", ""):
        return Response(status_code=204)  # nobody looks at it: the token is kept for who does
    token = request.query_params.get("token", "")
    try:
        session = doors.keys.spend(token)
    except TokenRefused as refused:
        if doors.keys.admits(request.cookies.get(doors.cookie, "")):
            return RedirectResponse("/", 303)
        return stranger(refused.why, 401)
    answer = HTMLResponse(render("entered.html"))
    answer.set_cookie(
        doors.cookie,
        session,
        max_age=int(SESSION_S),
        path="/",
        secure=doors.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return answer


async def leave(request: Request) -> Response:
    """End this session."""
    doors = doors_of(request)
    doors.keys.end(request.cookies.get(doors.cookie, ""))
    return RedirectResponse("/", 303)


routes = (Route(ENTRANCE, enter), Route("/leave", leave, methods=["POST"]))
