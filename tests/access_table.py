"""Who may do what at every address, written by hand from the roles' descriptions and the rules of visibility.

Columns: nobody · owners of two other organisations, an enterprise and a supplier · the platform's broker, registrar,
mediator, auditor and administrator · a member and the owner of the object's own organisation.

A page sends nobody to sign in (303), everything else says 401. What is not one's business is 404; what one may see but
not do is 403. Bodies are chosen so that whoever may act is told what is still missing (422, 409) and nothing changes;
where something does change (204, 303) the owner comes last. ``{name}`` is the id of a thing of ``access_world``.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Row(NamedTuple):
    """One question: the address, the name of the body sent with it, and the status each column gets."""

    method: str
    path: str
    body: str
    statuses: tuple[int, ...]


def rows(text: str) -> list[Row]:
    """Lines of ``METHOD path [body] statuses``."""
    found = []
    for line in text.strip().splitlines():
        method, path, *rest = line.split()
        body = "" if rest[0].isdigit() else rest.pop(0)
        found.append(Row(method, path, body, tuple(map(int, rest))))
    return found


#                                                                           any ent sup brk reg med aud adm mem own
TABLE: dict[str, str] = {
    "public": """
GET  /                                                                      200 200 200 200 200 200 200 200 200 200
GET  /about                                                                 200 200 200 200 200 200 200 200 200 200
GET  /glossary                                                              200 200 200 200 200 200 200 200 200 200
GET  /api                                                                   200 200 200 200 200 200 200 200 200 200
GET  /health                                                                200 200 200 200 200 200 200 200 200 200
GET  /products                                                              200 200 200 200 200 200 200 200 200 200
GET  /products/{listed_product}                                             200 200 200 200 200 200 200 200 200 200
GET  /products/{listed_product}/alike                                       200 200 200 200 200 200 200 200 200 200
GET  /products/{draft_product}/alike                                        404 404 404 200 200 200 200 200 404 404
GET  /products/{listed_product}/dataset.jsonld                              200 200 200 200 200 200 200 200 200 200
GET  /products/{draft_product}/dataset.jsonld                               404 404 404 404 404 404 404 404 404 404
GET  /products/{draft_product}                                              404 404 404 200 200 200 200 200 404 404
GET  /demands                                                               200 200 200 200 200 200 200 200 200 200
GET  /demands/{open_demand}                                                 200 200 200 200 200 200 200 200 200 200
GET  /demands/{draft_demand}                                                404 404 404 200 200 200 200 200 200 200
GET  /products.atom                                                         200 200 200 200 200 200 200 200 200 200
GET  /demands.atom                                                          200 200 200 200 200 200 200 200 200 200
GET  /statistics                                                            200 200 200 200 200 200 200 200 200 200
GET  /sitemap.xml                                                           200 200 200 200 200 200 200 200 200 200
GET  /sitemaps/pages.xml                                                    200 200 200 200 200 200 200 200 200 200
GET  /sitemaps/none.xml                                                     404 404 404 404 404 404 404 404 404 404
GET  /robots.txt                                                            200 200 200 200 200 200 200 200 200 200
GET  /organisations/{organisation}                                          200 200 200 200 200 200 200 200 200 200
GET  /api/v1/found/products                                                 200 200 200 200 200 200 200 200 200 200
GET  /api/v1/found/demands                                                  200 200 200 200 200 200 200 200 200 200
GET  /api/v1/statistics                                                     200 200 200 200 200 200 200 200 200 200
GET  /api/v1/glossary                                                       200 200 200 200 200 200 200 200 200 200
GET  /sign-in                                                               200 303 303 303 303 303 303 303 303 303
GET  /sign-up                                                               200 303 303 303 303 303 303 303 303 303
GET  /forgot                                                                200 200 200 200 200 200 200 200 200 200
GET  /reset/no-such-token                                                   404 404 404 404 404 404 404 404 404 404
GET  /invitations/no-such-token                                             404 404 404 404 404 404 404 404 404 404
GET  /schema                                                                200 200 200 200 200 200 200 200 200 200
GET  /schema/openapi.json                                                   200 200 200 200 200 200 200 200 200 200
GET  /schema/none                                                           404 404 404 404 404 404 404 404 404 404
GET  /static/app.css                                                        200 200 200 200 200 200 200 200 200 200
HEAD /static/app.css                                                        200 200 200 200 200 200 200 200 200 200
GET  /static/swagger/none.js                                                404 404 404 404 404 404 404 404 404 404
HEAD /static/swagger/none.js                                                404 404 404 404 404 404 404 404 404 404
GET  /sign-up/no-such-token                                                 404 404 404 404 404 404 404 404 404 404
POST /sign-in                                                               422 422 422 422 422 422 422 422 422 422
POST /sign-up                                                               422 422 422 422 422 422 422 422 422 422
POST /sign-up/no-such-token                                                 404 404 404 404 404 404 404 404 404 404
POST /reset/no-such-token                                                   404 404 404 404 404 404 404 404 404 404
POST /invitations/no-such-token                                             404 404 404 404 404 404 404 404 404 404
POST /language                                                              303 303 303 303 303 303 303 303 303 303
""",
    "account:own": """
GET  /account                                                               303 200 200 200 200 200 200 200 200 200
POST /account                                                               401 422 422 422 422 422 422 422 422 422
POST /account/password                                                      401 422 422 422 422 422 422 422 422 422
POST /account/organisation                                 own_organisation 401 404 404 404 404 404 404 404 303 303
GET  /searches                                                              303 200 200 200 200 200 200 200 200 200
POST /searches                                                              401 422 422 422 422 422 422 422 422 422
GET  /searches/{search}                                                     303 404 404 404 404 404 404 404 404 303
POST /searches/{search}                                                     401 404 404 404 404 404 404 404 404 303
POST /searches/{spare_search}/delete                                        401 404 404 404 404 404 404 404 404 303
GET  /api/v1/searches                                                       401 200 200 200 200 200 200 200 200 200
POST /api/v1/searches                                               nothing 401 400 400 400 400 400 400 400 400 400
GET  /api/v1/searches/{search}                                              401 404 404 404 404 404 404 404 404 200
PATCH /api/v1/searches/{search}                                     nothing 401 404 404 404 404 404 404 404 404 200
DELETE /api/v1/searches/{search}                                            401 404 404 404 404 404 404 404 404 204
GET  /api/v1/me                                                             401 200 200 200 200 200 200 200 200 200
PUT  /api/v1/me                                                     nothing 401 400 400 400 400 400 400 400 400 400
POST /api/v1/me/password                                     wrong_password 401 401 401 401 401 401 401 401 401 401
GET  /api/v1/tokens                                                         401 200 200 200 200 200 200 200 200 200
GET  /api/v1/tokens/{token}                                                 401 404 404 404 404 404 404 404 404 200
DELETE /api/v1/tokens/{token}                                               401 404 404 404 404 404 404 404 404 204
""",
    "token:manage": """
GET  /organisation/tokens                                                   303 200 200 200 200 200 200 200 200 200
POST /organisation/tokens                                                   401 422 422 422 422 422 422 422 422 422
POST /organisation/tokens/{token}/revoke                                    401 404 404 404 404 404 404 404 404 303
""",
    "inbox:read": """
GET  /inbox                                                                 303 200 200 200 200 200 200 200 200 200
GET  /notifications                                                         303 200 200 200 200 200 200 200 200 200
GET  /notifications/{notification}                                          303 404 404 404 404 404 404 404 404 303
POST /notifications/read                                                    401 303 303 303 303 303 303 303 303 303
GET  /api/v1/inbox                                                          401 200 200 200 200 200 200 200 200 200
GET  /api/v1/notifications                                                  401 200 200 200 200 200 200 200 200 200
GET  /api/v1/history?kind=organisation&object_id={organisation}             401 404 404 200 200 200 200 200 200 200
GET  /api/v1/history?kind=product&object_id={listed_product}                401 404 404 200 200 200 200 200 404 404
GET  /api/v1/history?kind=demand&object_id={draft_demand}                   401 404 404 200 200 200 200 200 200 200
GET  /api/v1/history?kind=demand&object_id={open_demand}                    401 404 404 200 200 200 200 200 200 200
GET  /api/v1/history?kind=match&object_id={match}                           401 404 404 200 200 200 200 200 200 200
GET  /api/v1/history?kind=negotiation&object_id={negotiation}               401 404 404 200 200 200 200 200 200 200
GET  /api/v1/history?kind=agreement&object_id={agreement}                   401 404 404 200 200 200 200 200 200 200
POST /api/v1/notifications/read                                     nothing 401 200 200 200 200 200 200 200 200 200
""",
    "organisation:read": """
GET  /organisation                                                          303 200 200 200 200 200 200 200 200 200
GET  /organisation/members                                                  303 200 200 200 200 200 200 200 200 200
GET  /api/v1/organisations                                                  401 200 200 200 200 200 200 200 200 200
GET  /api/v1/organisations/{organisation}                                   401 200 200 200 200 200 200 200 200 200
GET  /api/v1/organisations/{organisation}/members                           401 404 404 200 200 200 200 200 200 200
GET  /api/v1/organisations/{organisation}/invitations                       401 404 404 200 200 200 200 200 200 200
POST /api/v1/organisations/{organisation}/actions      suspend_organisation 401 404 404 403 422 403 403 422 403 403
""",
    "organisation:manage": """
GET  /organisation/edit                                                     303 200 200 403 403 403 403 200 403 200
POST /organisation/edit                                                     401 422 422 403 403 403 403 422 403 422
POST /organisation/actions/submit                                           401 422 422 403 403 403 403 422 403 422
POST /organisation/invitations                                              401 422 422 403 403 403 403 422 403 422
POST /organisation/members/{person}/role                        role_member 401 404 404 403 403 403 403 404 403 303
POST /organisation/members/{spare_person}/remove                            401 404 404 403 403 403 403 404 403 303
POST /organisation/invitations/{invitation}/revoke                          401 404 404 403 403 403 403 404 403 303
PUT  /api/v1/organisations/{organisation}                      organisation 401 404 404 403 403 403 403 404 403 422
PUT  /api/v1/organisations/{organisation}/members/{person}      role_member 401 404 404 403 403 403 403 404 403 200
DELETE /api/v1/organisations/{organisation}/members/{spare_member}          401 404 404 403 403 403 403 404 403 204
POST /api/v1/organisations/{organisation}/invitations        bad_invitation 401 404 404 403 403 403 403 404 403 422
DELETE /api/v1/organisations/{organisation}/invitations/{spare_invitation}  401 404 404 403 403 403 403 404 403 204
""",
    "organisation:verify": """
GET  /desk/organisations                                                    303 403 403 403 200 403 403 200 403 403
GET  /desk/organisations/{organisation}                                     303 403 403 403 200 403 403 200 403 403
POST /desk/organisations/{organisation}/actions/suspend      v_organisation 401 403 403 403 422 403 403 422 403 403
""",
    "webhook:manage": """
GET  /organisation/webhooks                                                 303 200 200 403 403 403 403 200 403 200
POST /organisation/webhooks                                                 401 422 422 403 403 403 403 422 403 422
GET  /organisation/webhooks/{webhook}                                       303 404 404 403 403 403 403 404 403 200
POST /organisation/webhooks/{webhook}                                       401 404 404 403 403 403 403 404 403 422
POST /organisation/webhooks/{webhook}/test                                  401 404 404 403 403 403 403 404 403 303
POST /organisation/webhooks/{webhook}/deliveries/{delivery}                 401 404 404 403 403 403 403 404 403 303
POST /organisation/webhooks/{spare_webhook}/delete                          401 404 404 403 403 403 403 404 403 303
GET  /api/v1/webhooks                                                       401 200 200 403 403 403 403 200 403 200
POST /api/v1/webhooks                                               nothing 401 400 400 403 403 403 403 400 403 400
GET  /api/v1/webhooks/{webhook}                                             401 404 404 403 403 403 403 404 403 200
PUT  /api/v1/webhooks/{webhook}                                     webhook 401 404 404 403 403 403 403 404 403 409
GET  /api/v1/webhooks/{webhook}/deliveries                                  401 404 404 403 403 403 403 404 403 200
POST /api/v1/webhooks/{webhook}/test                                        401 404 404 403 403 403 403 404 403 200
POST /api/v1/webhooks/{webhook}/deliveries/{delivery}/redeliver             401 404 404 403 403 403 403 404 403 200
DELETE /api/v1/webhooks/{webhook}                                           401 404 404 403 403 403 403 404 403 204
""",
    "product:read": """
GET  /api/v1/products                                                       401 200 200 200 200 200 200 200 200 200
GET  /api/v1/products/{listed_product}                                      401 200 200 200 200 200 200 200 200 200
GET  /api/v1/products/{draft_product}                                       401 404 404 200 200 200 200 200 200 200
GET  /api/v1/products/{listed_product}/alike                                401 200 200 200 200 200 200 200 200 200
GET  /api/v1/products/{draft_product}/alike                                 401 404 404 200 200 200 200 200 200 200
GET  /api/v1/products/{draft_product}/revisions/1                           401 404 404 200 200 200 200 200 200 200
GET  /api/v1/questions/shared?product={listed_product}                      401 200 200 200 200 200 200 200 200 200
GET  /api/v1/questions/shared?product={draft_product}                       401 404 404 200 200 200 200 200 200 200
GET  /api/v1/search?q=公路                                                    401 200 200 200 200 200 200 200 200 200
GET  /api/v1/products/{draft_product}/revisions                             401 404 404 200 200 200 200 200 200 200
GET  /api/v1/products/{listed_product}/revisions                            401 404 404 200 200 200 200 200 200 200
GET  /products/{draft_product}/versions                                     303 404 404 200 200 200 200 200 200 200
GET  /products/{draft_product}/versions/1                                   303 404 404 200 200 200 200 200 200 200
POST /products/{draft_product}/actions/submit                       v_stale 401 404 404 409 409 409 409 409 409 409
POST /products/{listed_product}/actions/suspend            v_listed_product 401 403 403 403 422 403 403 422 422 422
POST /api/v1/products/{draft_product}/actions                  stale_submit 401 404 404 409 409 409 409 409 409 409
POST /api/v1/products/{listed_product}/actions       suspend_listed_product 401 403 403 403 422 403 403 422 422 422
""",
    "product:review": """
GET  /desk/listings                                                         303 403 403 403 200 403 403 200 403 403
POST /desk/listings/{listed_product}/actions/suspend       v_listed_product 401 403 403 403 422 403 403 422 403 403
""",
    "product:write": """
GET  /my/products                                                           303 200 200 403 403 403 403 403 200 200
GET  /products/new                                                          303 200 200 403 403 403 403 403 200 200
POST /products/new                                                          401 422 422 403 403 403 403 403 422 422
GET  /products/{draft_product}/edit                                         303 404 404 403 403 403 403 403 200 200
POST /products/{draft_product}/edit                                         401 404 404 403 403 403 403 403 422 422
GET  /products/{listed_product}/edit                                        303 404 404 403 403 403 403 403 200 200
GET  /my/products/performance                                               303 200 200 403 403 403 403 403 200 200
GET  /api/v1/products/performance                                           401 200 200 403 403 403 403 403 200 200
GET  /my/products/spreadsheets                                              303 200 200 403 403 403 403 403 200 200
POST /my/products/spreadsheets                                              401 422 422 403 403 403 403 403 422 422
GET  /my/products/spreadsheets/download                                     303 200 200 403 403 403 403 403 200 200
GET  /my/products/spreadsheets/{spreadsheet}                                303 404 404 403 403 403 403 403 200 200
GET  /my/products/spreadsheets/{spreadsheet}/rejected                       303 404 404 403 403 403 403 403 200 200
POST /my/products/spreadsheets/{spreadsheet}/confirm                        401 404 404 403 403 403 403 403 409 409
GET  /api/v1/spreadsheets                                                   401 200 200 403 403 403 403 403 200 200
POST /api/v1/spreadsheets                                           nothing 401 400 400 403 403 403 403 403 400 400
GET  /api/v1/spreadsheets/download                                          401 200 200 403 403 403 403 403 200 200
GET  /api/v1/spreadsheets/{spreadsheet}                                     401 404 404 403 403 403 403 403 200 200
GET  /api/v1/spreadsheets/{spreadsheet}/rows                                401 404 404 403 403 403 403 403 200 200
GET  /api/v1/spreadsheets/{spreadsheet}/rejected                            401 404 404 403 403 403 403 403 200 200
POST /api/v1/spreadsheets/{spreadsheet}/confirm                             401 404 404 403 403 403 403 403 409 409
GET  /api/v1/advice/products                                                401 200 200 403 403 403 403 403 200 200
GET  /api/v1/advice/products/{draft_product}                                401 404 404 403 403 403 403 403 200 200
GET  /api/v1/advice/products/{listed_product}                               401 404 404 403 403 403 403 403 200 200
POST /api/v1/advice/products/{draft_product}                            product 401 404 404 403 403 403 403 403 200 200
POST /api/v1/products                                               nothing 401 400 400 403 403 403 403 403 400 400
PUT  /api/v1/products/{draft_product}                               product 401 404 404 403 403 403 403 403 409 409
PUT  /api/v1/products/{listed_product}                              product 401 403 403 403 403 403 403 403 409 409
""",
    "demand:read": """
GET  /wanted                                                                303 200 200 200 200 200 200 200 200 200
GET  /api/v1/advice/wanted                                                  401 200 200 200 200 200 200 200 200 200
GET  /pools                                                                 303 200 200 200 200 200 200 200 200 200
GET  /pools/{pool}                                                          303 404 404 200 200 200 200 200 200 200
POST /pools/{pool}/actions/dissolve                                  v_pool 401 404 404 422 403 403 403 422 403 403
GET  /api/v1/pools                                                          401 200 200 200 200 200 200 200 200 200
GET  /api/v1/pools/{pool}                                                   401 404 404 200 200 200 200 200 200 200
GET  /api/v1/pools/{pool}/terms                                             401 404 404 404 404 404 404 404 404 404
POST /api/v1/pools/{pool}/actions                             dissolve_pool 401 404 404 422 403 403 403 422 403 403
GET  /api/v1/demands                                                        401 200 200 200 200 200 200 200 200 200
GET  /api/v1/demands/{open_demand}                                          401 200 200 200 200 200 200 200 200 200
GET  /api/v1/demands/{draft_demand}                                         401 404 404 200 200 200 200 200 200 200
GET  /demands/{open_demand}/gap                                             303 404 404 200 200 200 200 200 200 200
GET  /demands/{open_demand}/letters/{letter}                                303 404 404 200 200 200 200 200 200 200
GET  /api/v1/demands/{open_demand}/gap                                      401 404 404 200 200 200 200 200 200 200
GET  /api/v1/demands/{open_demand}/relaxations                              401 404 404 200 200 200 200 200 200 200
GET  /api/v1/demands/{open_demand}/letters                                  401 200 200 200 200 200 200 200 200 200
GET  /api/v1/demands/{open_demand}/letters/{letter}                         401 404 404 200 200 200 200 200 200 200
POST /demands/{draft_demand}/actions/submit                         v_stale 401 404 404 409 409 409 409 409 409 409
POST /demands/{open_demand}/actions/withdraw                  v_open_demand 401 403 403 403 403 403 403 403 422 422
POST /api/v1/demands/{draft_demand}/actions                    stale_submit 401 404 404 409 409 409 409 409 409 409
POST /api/v1/demands/{open_demand}/actions             withdraw_open_demand 401 403 403 403 403 403 403 403 422 422
""",
    "demand:triage": """
POST /pools/{pool}/confirm                                                  401 403 403 422 403 403 403 422 403 403
POST /api/v1/pools/{pool}/confirm                              confirm_pool 401 403 403 409 403 403 403 409 403 403
GET  /desk/demands                                                          303 403 403 200 403 403 403 200 403 403
GET  /demands/{open_demand}/route                                           303 403 403 200 403 403 403 200 403 403
POST /demands/{open_demand}/route                                           401 403 403 422 403 403 403 422 403 403
GET  /demands/{open_demand}/request                                         303 403 403 200 403 403 403 200 403 403
POST /api/v1/routings                                           own_routing 401 403 403 409 403 403 403 409 403 403
POST /demands/{open_demand}/letters                                         401 403 403 422 403 403 403 422 403 403
POST /api/v1/demands/{open_demand}/letters                     stale_letter 401 403 403 409 403 403 403 409 403 403
""",
    "demand:write": """
POST /pools/{pool}/join                                                     401 404 404 403 403 403 403 403 422 422
POST /pools/{pool}/leave                                                    401 404 404 403 403 403 403 403 422 422
POST /api/v1/pools/{pool}/join                                      v_stale 401 404 404 403 403 403 403 403 409 409
POST /api/v1/pools/{pool}/leave                                     v_stale 401 404 404 403 403 403 403 403 409 409
GET  /my/demands                                                            303 200 200 403 403 403 403 403 200 200
GET  /demands/new                                                           303 200 200 403 403 403 403 403 200 200
POST /demands/new                                                           401 422 422 403 403 403 403 403 422 422
POST /demands/preview                                                       401 200 200 403 403 403 403 403 200 200
POST /demands/drafts                                                        401 422 422 403 403 403 403 403 422 422
POST /demands/{draft_demand}/draft                                          401 404 404 403 403 403 403 403 422 422
GET  /demands/{draft_demand}/edit                                           303 404 404 403 403 403 403 403 200 200
POST /demands/{draft_demand}/edit                                           401 404 404 403 403 403 403 403 422 422
GET  /demands/{open_demand}/edit                                            303 404 404 403 403 403 403 403 200 200
POST /api/v1/demands                                                nothing 401 400 400 403 403 403 403 403 400 400
POST /api/v1/preview                                                 sketch 401 200 200 403 403 403 403 403 200 200
GET  /demands/{open_demand}/relax?kind=topic&value=x                        303 404 404 403 403 403 403 403 409 409
POST /demands/{open_demand}/relax                                no_line    401 404 404 403 403 403 403 403 409 409
POST /api/v1/demands/{open_demand}/relaxations                      no_line 401 404 404 403 403 403 403 403 409 409
PUT  /api/v1/demands/{draft_demand}                                  demand 401 404 404 403 403 403 403 403 409 409
PUT  /api/v1/demands/{open_demand}                                   demand 401 403 403 403 403 403 403 403 409 409
""",
    "match:read": """
GET  /matches                                                               303 200 200 200 200 200 200 200 200 200
GET  /matches/{match}                                                       303 404 404 200 200 200 200 200 200 200
GET  /demands/{open_demand}/bundles                                         303 403 403 200 200 200 200 200 200 200
GET  /api/v1/demands/{open_demand}/bundles                                  401 403 403 200 200 200 200 200 200 200
GET  /api/v1/matches                                                        401 200 200 200 200 200 200 200 200 200
GET  /api/v1/matches/{match}                                                401 404 404 200 200 200 200 200 200 200
GET  /routings                                                              303 200 200 200 200 200 200 200 200 200
GET  /routings/{routing}                                                    303 404 404 200 200 200 200 200 200 200
GET  /api/v1/routings                                                       401 200 200 200 200 200 200 200 200 200
GET  /api/v1/routings/{routing}                                             401 404 404 200 200 200 200 200 200 200
POST /routings/{routing}/actions/refuse                           v_routing 401 404 404 403 403 403 403 403 403 403
POST /api/v1/routings/{routing}/actions                      refuse_routing 401 404 404 403 403 403 403 403 403 403
GET  /questions                                                             303 200 200 200 200 200 200 200 200 200
GET  /questions/{question}                                                  303 404 404 200 200 200 200 200 200 200
GET  /demands/{open_demand}/products                                        303 404 404 200 200 200 200 200 200 200
GET  /products/{listed_product}/demands                                     303 404 404 200 200 200 200 200 404 404
GET  /demands/{open_demand}/products/{listed_product}                       303 404 404 200 200 200 200 200 200 200
GET  /api/v1/demands/{open_demand}/products/{listed_product}                401 404 404 200 200 200 200 200 200 200
GET  /api/v1/questions                                                      401 200 200 200 200 200 200 200 200 200
GET  /api/v1/questions/{question}                                           401 404 404 200 200 200 200 200 200 200
""",
    "match:answer": """
POST /demands/{open_demand}/bundles                                         401 403 403 403 403 403 403 403 422 422
POST /api/v1/demands/{open_demand}/bundles                     gone_product 401 403 403 403 403 403 403 403 409 409
POST /matches/{match}/answer                                  decline_match 401 404 404 403 403 403 403 403 422 422
POST /api/v1/matches/{match}/answer                           decline_match 401 404 404 403 403 403 403 403 422 422
GET  /questions/new?demand={open_demand}                                    303 422 422 403 403 403 403 403 422 422
POST /questions                                               known_line    401 404 404 403 403 403 403 403 409 409
POST /questions/{question}/answer                           partly_question 401 404 404 403 403 403 403 403 403 403
POST /questions/{question}/actions/answer                        v_question 401 404 404 403 403 403 403 403 422 422
POST /api/v1/questions                                           known_line 401 404 404 403 403 403 403 403 409 409
POST /api/v1/questions/wording                                   known_line 401 404 404 403 403 403 403 403 409 409
POST /api/v1/questions/{question}/answer                    partly_question 401 404 404 403 403 403 403 403 403 403
POST /api/v1/questions/{question}/actions                   answer_question 401 404 404 403 403 403 403 403 422 422
""",
    "match:review": """
GET  /desk/matches/{match}                                                  303 403 403 200 403 403 403 200 403 403
GET  /api/v1/matches/exclusions?demand={open_demand}                        401 403 403 200 403 403 403 200 403 403
POST /matches/{match}/review                                   reject_match 401 403 403 422 403 403 403 422 403 403
POST /api/v1/matches/{match}/review                            reject_match 401 403 403 422 403 403 403 422 403 403
""",
    "negotiation:read": """
GET  /negotiations                                                          303 200 200 200 200 200 200 200 200 200
GET  /negotiations/{negotiation}                                            303 404 404 200 200 200 200 200 200 200
POST /negotiations/{negotiation}/actions/terminate            v_negotiation 401 404 404 403 403 403 403 403 422 422
POST /negotiations/{negotiation}/actions/abort                v_negotiation 401 404 404 422 403 403 403 422 403 403
POST /negotiations/{negotiation}/messages                                   401 404 404 422 403 422 403 422 422 422
GET  /api/v1/negotiations                                                   401 200 200 200 200 200 200 200 200 200
GET  /api/v1/negotiations/{negotiation}                                     401 404 404 200 200 200 200 200 200 200
GET  /api/v1/negotiations/{negotiation}/offers                              401 404 404 200 200 200 200 200 200 200
GET  /api/v1/negotiations/{negotiation}/offers/{offer}                      401 404 404 200 200 200 200 200 200 200
GET  /api/v1/negotiations/{negotiation}/changes?before=1&after=1            401 404 404 200 200 200 200 200 200 200
GET  /api/v1/negotiations/{negotiation}/seen                                401 404 404 200 200 200 200 200 200 200
GET  /api/v1/negotiations/{negotiation}/messages                            401 404 404 200 200 200 200 200 200 200
POST /api/v1/negotiations/{negotiation}/messages              blank_message 401 404 404 422 403 422 403 422 422 422
POST /api/v1/negotiations/{negotiation}/actions       terminate_negotiation 401 404 404 403 403 403 403 403 422 422
POST /api/v1/negotiations/{negotiation}/actions           abort_negotiation 401 404 404 422 403 403 403 422 403 403
""",
    "negotiation:write": """
POST /pools/{pool}/share                                                    401 404 404 403 403 403 403 403 403 403
GET  /negotiations/new?match={mutual_match}                                 303 404 404 403 403 403 403 403 200 200
POST /negotiations/new?match={mutual_match}                                 401 404 404 403 403 403 403 403 422 422
GET  /negotiations/{negotiation}/offer                                      303 404 404 403 403 403 403 403 403 403
POST /negotiations/{negotiation}/offer                                      401 404 404 403 403 403 403 403 422 422
POST /api/v1/negotiations/{negotiation}/offers                  stale_offer 401 404 404 403 403 403 403 403 409 409
POST /api/v1/negotiations                                           opening 401 404 404 403 403 403 403 403 201 409
""",
    "agreement:read": """
GET  /agreements                                                            303 200 200 200 200 200 200 200 200 200
GET  /agreements/{agreement}                                                303 404 404 200 200 200 200 200 200 200
GET  /agreements/{agreement}/evidence                                       303 404 404 200 200 200 200 200 200 200
POST /agreements/{agreement}/actions/terminate                  v_agreement 401 404 404 403 403 403 403 403 403 422
GET  /api/v1/agreements                                                     401 200 200 200 200 200 200 200 200 200
GET  /api/v1/agreements/{agreement}                                         401 404 404 200 200 200 200 200 200 200
GET  /api/v1/agreements/{agreement}/evidence                                401 404 404 200 200 200 200 200 200 200
POST /api/v1/agreements/{agreement}/actions             terminate_agreement 401 404 404 403 403 403 403 403 403 422
""",
    "desk:read": """
GET  /desk                                                                  303 403 403 200 200 200 200 200 403 403
GET  /desk/health                                                           303 403 403 200 200 200 200 200 403 403
GET  /api/v1/desk/health                                                    401 403 403 200 200 200 200 200 403 403
GET  /api/v1/desk                                                           401 403 403 200 200 200 200 200 403 403
""",
    "desk:work": """
POST /desk                                                                  401 403 403 422 422 422 403 422 403 403
GET  /api/v1/desk/colleagues                                                401 403 403 200 200 200 403 200 403 403
POST /api/v1/desk/decisions                                 undecided_match 401 403 403 422 422 422 403 422 403 403
POST /api/v1/desk/assignments                                assign_nowhere 401 403 403 422 422 422 403 422 403 403
POST /api/v1/desk/put-off                                     put_off_never 401 403 403 422 422 422 403 422 403 403
""",
    "jobs:manage": """
POST /desk/health/retry                                                     401 403 403 403 403 403 403 303 403 403
POST /api/v1/desk/jobs/retry                                        nothing 401 403 403 403 403 403 403 400 403 403
""",
    "ranker:read": """
GET  /desk/matching                                                         303 403 403 200 200 200 200 200 403 403
GET  /api/v1/ranker                                                         401 403 403 200 200 200 200 200 403 403
GET  /api/v1/ranker/trainings/{no_person}                                   401 403 403 404 404 404 404 404 403 403
""",
    "ranker:manage": """
POST /desk/matching/train                                                   401 403 403 403 403 403 403 303 403 403
POST /desk/matching/trainings/{no_person}/stop                              401 403 403 403 403 403 403 404 403 403
POST /desk/matching/models/{no_person}/enable                               401 403 403 403 403 403 403 404 403 403
POST /desk/matching/disable                                                 401 403 403 403 403 403 403 422 403 403
POST /desk/matching/rollback                                                401 403 403 403 403 403 403 422 403 403
POST /api/v1/ranker/trainings                                       nothing 401 403 403 403 403 403 403 422 403 403
POST /api/v1/ranker/trainings/{no_person}/stop                      nothing 401 403 403 403 403 403 403 404 403 403
POST /api/v1/ranker/models/{no_person}/enable                       nothing 401 403 403 403 403 403 403 404 403 403
POST /api/v1/ranker/disable                                         nothing 401 403 403 403 403 403 403 422 403 403
POST /api/v1/ranker/rollback                                        nothing 401 403 403 403 403 403 403 422 403 403
""",
    "journal:read": """
GET  /desk/journal/demand/{draft_demand}                                    303 403 403 200 200 200 200 200 403 403
GET  /api/v1/journal?kind=demand&object_id={draft_demand}                   401 403 403 200 200 200 200 200 403 403
""",
}

# Whose "member" and "owner" are meant: the supplier's for products, the enterprise's for everything else.
SIDES = dict.fromkeys(TABLE, "consumer") | dict.fromkeys(
    ("product:read", "product:review", "product:write"), "provider"
)

# Asked elsewhere, because they end what the other questions need: sessions (test_sign_in), tries (test_sign_in); or
# because they have no end (browser/test_live).
ELSEWHERE = {
    ("GET", "/events"),
    ("POST", "/sign-out"),
    ("POST", "/account/sign-out-everywhere"),
    ("POST", "/api/v1/me/sign-out-everywhere"),
    ("POST", "/forgot"),
}


def opened() -> list[str]:
    """Every address of the site that is opened rather than sent to, with the places for ids."""
    paths = [row.path for text in TABLE.values() for row in rows(text) if row.method == "GET"]
    return list(dict.fromkeys(path for path in paths if not path.startswith(("/api/", "/schema", "/static"))))


def pages(ids: dict[str, Any]) -> list[str]:
    """The same of these things; the pages are those that answer with HTML."""
    return list(dict.fromkeys(path.format(**ids) for path in opened()))
