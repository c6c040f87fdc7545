"""Who may be told where, what is sent, and what a delivery that fails comes to. The receiver is a real HTTP server."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta

import httpx
import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from market.db import create_pool
from market.domain.errors import Conflict, Invalid, NotFound, Stale
from market.domain.permissions import Role
from market.domain.webhooks import BACKOFF, MOST, REST, EventKind, WebhookContent
from market.services import demands, products, targets, webhooks
from market.settings import Settings
from market.store import journal
from tests.receiver import Receiver

pytestmark = pytest.mark.anyio
OPEN = Settings(private_webhooks=True, base_url="https://market.example")
CLOSED = msgspec.structs.replace(OPEN, private_webhooks=False)


@pytest.fixture
async def pool(settings):
    async with await create_pool(settings) as found:
        yield found


async def make(given, actor, url="http://127.0.0.1:9/hook", **content):
    return await webhooks.create(given.db, actor, WebhookContent(url=url, **content), settings=OPEN)


async def log_of(given, actor, hook):
    return (await webhooks.deliveries(given.db, actor, hook.id)).items


async def attempt(given, pool, delivery, *, now=None, settings=OPEN):
    async with targets.poster() as client:
        await webhooks.deliver(pool, client, delivery.id, now=now or given.now, settings=settings)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/hook",
        "https://user:secret@example.com/",
        "https:///hook",
        "example.com/hook",
        "https://例え.テスト:99999999/",
        "http://[::1/",
    ],
)
async def test_what_is_no_address_is_refused(db, given, url):
    with pytest.raises(Invalid) as wrong:
        await make(given, await given.demander(), url)
    assert wrong.value.fields == {"url": targets.MALFORMED}


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/hook",
        "http://localhost:8000/",
        "http://[::1]/hook",
        "http://[::ffff:10.0.0.1]/hook",
        "http://2130706433/hook",
        "http://0x7f.1/hook",
        "https://169.254.169.254/latest/meta-data",
    ],
)
async def test_private_networks_are_refused_unless_the_operator_allows_them(db, given, url):
    owner = await given.demander()
    with pytest.raises(Invalid) as wrong:
        await webhooks.create(db, owner, WebhookContent(url=url), settings=CLOSED)
    assert wrong.value.fields == {"url": targets.PRIVATE}
    assert (await make(given, owner, url)).url == url


async def test_a_name_nobody_has_is_refused(db, given):
    with pytest.raises(Invalid) as wrong:
        await make(given, await given.demander(), "https://nowhere.invalid/hook")
    assert wrong.value.fields == {"url": targets.UNKNOWN}


async def test_only_the_organisation_itself_reaches_its_webhooks(db, given):
    owner, stranger = await given.demander(), await given.demander()
    hook = await make(given, owner, kinds=(EventKind.DEMAND, EventKind.DEMAND))
    assert hook.kinds == (EventKind.DEMAND,)
    assert [h.id for h in await webhooks.page(db, owner)] == [hook.id]
    assert await webhooks.page(db, stranger) == []
    content = WebhookContent(url=hook.url)
    for refused in (
        webhooks.get(db, stranger, hook.id),
        webhooks.edit(db, stranger, hook.id, hook.version, content, settings=OPEN),
        webhooks.delete(db, stranger, hook.id),
        webhooks.test(db, stranger, hook.id, now=given.now),
        webhooks.deliveries(db, stranger, hook.id),
        webhooks.redeliver(db, stranger, hook.id, 1, now=given.now),
    ):
        with pytest.raises(NotFound):
            await refused
    edited = await webhooks.edit(db, owner, hook.id, hook.version, content, settings=OPEN)
    assert edited.kinds == ()
    with pytest.raises(Stale):
        await webhooks.edit(db, owner, hook.id, hook.version, content, settings=OPEN)
    await webhooks.delete(db, owner, hook.id)
    with pytest.raises(NotFound):
        await webhooks.get(db, owner, hook.id)
    acts = [event.action for event in await journal.OF_OBJECT.all(db, "webhook", hook.id)]
    assert acts == ["create", "edit", "delete"]


async def test_there_is_an_end_to_the_number_of_webhooks(db, given):
    owner = await given.demander()
    for _ in range(MOST):
        await make(given, owner)
    with pytest.raises(Conflict):
        await make(given, owner)


async def hear(given, kind, object_id):
    """Hand in every event of the object, twice."""
    for _ in range(2):
        for event in await journal.OF_OBJECT.all(given.db, kind, object_id):
            await webhooks.on_event(given.db, event, now=given.now)


async def heard(given, actor, hook):
    return [d.action for d in reversed(await log_of(given, actor, hook))]


async def test_organisations_hear_of_what_they_may_see(db, given):
    owner, stranger, staff = await given.demander(), await given.supplier(), await given.staff(Role.ADMIN)
    hooks = {actor: await make(given, actor) for actor in (owner, stranger, staff)}
    demand = await given.open_demand(owner)
    await demands.act(db, owner, demand.id, "withdraw", now=given.now, reason="没有预算了")
    await hear(given, "demand", demand.id)
    whole = ["create", "submit", "open", "withdraw"]
    assert await heard(given, owner, hooks[owner]) == whole
    assert await heard(given, staff, hooks[staff]) == whole
    assert await heard(given, stranger, hooks[stranger]) == ["open", "withdraw"]


async def test_sides_of_a_pairing_hear_of_it_from_its_proposal_on(given):
    match, demander, supplier = await given.match()
    hooks = [(side, await make(given, side)) for side in (demander, supplier)]
    await hear(given, "match", match.id)
    assert [await heard(given, *pair) for pair in hooks] == [[], []]
    match, *_ = await given.proposed_match(demander, supplier)
    await hear(given, "match", match.id)
    assert [await heard(given, *pair) for pair in hooks] == [["propose"], ["propose"]]


async def test_only_active_webhooks_of_the_kind_are_told(given):
    owner = await given.demander()
    silent, other, right = (
        await make(given, owner, active=False),
        await make(given, owner, kinds=(EventKind.PRODUCT,)),
        await make(given, owner, kinds=(EventKind.DEMAND, EventKind.MATCH)),
    )
    demand = await given.draft_demand(owner)
    await hear(given, "demand", demand.id)
    assert [await heard(given, owner, hook) for hook in (silent, other, right)] == [[], [], ["create"]]


async def test_strangers_read_neither_reasons_nor_covered_words(committed, pool):
    owner, stranger = await committed.demander(), await committed.supplier()
    demand = await committed.open_demand(owner, sealed=True, masked=("江苏",))
    await demands.act(committed.db, owner, demand.id, "withdraw", now=committed.now, reason="江苏的预算没有了")
    async with Receiver() as mine, Receiver() as theirs:
        hooks = [(owner, mine), (stranger, theirs)]
        bodies = []
        for actor, receiver in hooks:
            hook = await make(committed, actor, receiver.url)
            await hear(committed, "demand", demand.id)
            delivery = (await log_of(committed, actor, hook))[0]
            await attempt(committed, pool, delivery)
            bodies.append((await receiver.next()).json())
    assert bodies[0]["title"] == "江苏公路货运量"
    assert bodies[0]["reason"] == "江苏的预算没有了"
    assert bodies[1]["title"] == "▇▇▇公路货运量"
    assert bodies[1]["reason"] is None
    assert "江苏" not in str(bodies[1])
    assert (bodies[1]["source"], bodies[1]["target"]) == ("open", "withdrawn")


async def test_a_failure_is_tried_again_with_growing_pauses_and_given_up_at_last(committed, pool):
    owner = await committed.demander()
    async with Receiver(500) as receiver:
        hook = await make(committed, owner, receiver.url)
        delivery = await webhooks.test(committed.db, owner, hook.id, now=committed.now)
        for wait in BACKOFF:
            await attempt(committed, pool, delivery)
            (found,) = await log_of(committed, owner, hook)
            assert (found.status, found.error) == (500, targets.REFUSED)
            assert found.next_at == committed.now + wait
            committed.now = found.next_at
        await attempt(committed, pool, delivery)
        (found,) = await log_of(committed, owner, hook)
        assert (found.attempts, found.next_at) == (len(BACKOFF) + 1, None)
        await attempt(committed, pool, delivery)
        assert receiver.requests.qsize() == len(BACKOFF) + 1
    waiting = "SELECT execute_after - created FROM pgqueuer WHERE entrypoint = 'webhook' ORDER BY id"
    pauses = [row[0] for row in await committed.db.fetch(waiting)]
    assert pauses == [timedelta(0), *BACKOFF]


async def test_delivered_once_and_again_when_asked(committed, pool):
    owner = await committed.demander()
    async with Receiver() as receiver:
        hook = await make(committed, owner, receiver.url, active=False)
        delivery = await webhooks.test(committed.db, owner, hook.id, now=committed.now)
        for _ in range(2):
            await attempt(committed, pool, delivery)
        assert receiver.requests.qsize() == 1
        (found,) = await log_of(committed, owner, hook)
        assert (found.status, found.error, found.attempts) == (200, None, 1)
        assert found.delivered_at == committed.now
        again = await webhooks.redeliver(committed.db, owner, hook.id, delivery.id, now=committed.now)
        assert again.delivered_at is None
        await attempt(committed, pool, delivery)
        first, second = await receiver.next(), await receiver.next()
    assert first.json() == second.json()


async def test_a_receiver_that_is_not_there_is_left_alone_for_a_while(committed, pool):
    owner = await committed.demander()
    async with Receiver() as gone:
        pass
    hook = await make(committed, owner, gone.url)
    first = await webhooks.test(committed.db, owner, hook.id, now=committed.now)
    second = await webhooks.test(committed.db, owner, hook.id, now=committed.now)
    await attempt(committed, pool, first)
    await attempt(committed, pool, second)
    untried, tried = await log_of(committed, owner, hook)
    assert (tried.attempts, tried.error, tried.status) == (1, targets.BROKEN, None)
    assert (untried.attempts, untried.next_at) == (0, committed.now + REST)
    await attempt(committed, pool, second, now=committed.now + REST)
    assert (await log_of(committed, owner, hook))[0].attempts == 1


async def test_a_receiver_that_never_answers(committed, pool, monkeypatch):
    monkeypatch.setattr(targets, "TIMEOUT", 0.2)
    owner = await committed.demander()
    async with Receiver(None) as receiver:
        hook = await make(committed, owner, receiver.url)
        delivery = await webhooks.test(committed.db, owner, hook.id, now=committed.now)
        await attempt(committed, pool, delivery)
    (found,) = await log_of(committed, owner, hook)
    assert (found.error, found.status) == (targets.SILENT, None)


async def test_redirects_are_not_followed(committed, pool):
    owner = await committed.demander()
    async with Receiver() as inner, Receiver(307, location=inner.url) as outer:
        hook = await make(committed, owner, outer.url)
        delivery = await webhooks.test(committed.db, owner, hook.id, now=committed.now)
        await attempt(committed, pool, delivery)
        assert inner.requests.empty()
    (found,) = await log_of(committed, owner, hook)
    assert (found.status, found.error) == (307, targets.REDIRECTED)


async def test_the_address_is_checked_again_when_it_is_used(committed, pool):
    owner = await committed.demander()
    async with Receiver() as receiver:
        hook = await make(committed, owner, receiver.url)
        delivery = await webhooks.test(committed.db, owner, hook.id, now=committed.now)
        await attempt(committed, pool, delivery, settings=CLOSED)
        assert receiver.requests.empty()
    assert (await log_of(committed, owner, hook))[0].error == targets.PRIVATE


async def test_the_connection_goes_to_the_checked_address_under_the_name(committed, pool, monkeypatch):
    """The name resolves once; whatever it would resolve to a moment later plays no part."""
    loop = asyncio.get_running_loop()
    resolve, asked = loop.getaddrinfo, []

    async def rebinding(host, port, **options):
        if host == "hook.example":
            asked.append(host)
            host = "127.0.0.1" if len(asked) == 1 else "127.66.66.66"
        return await resolve(host, port, **options)

    async with Receiver() as receiver, targets.poster() as client:
        monkeypatch.setattr(loop, "getaddrinfo", rebinding)
        url = f"http://hook.example:{receiver.port}/a?b=c#d"
        outcome = await targets.post(client, url, b"{}", {"X": "y"}, private=True)
        request = await receiver.next()
    assert outcome.delivered
    assert asked == ["hook.example"]
    assert request.path == "/a?b=c"
    assert request.headers["host"] == f"hook.example:{receiver.port}"


def certificate(folder, name):
    """A server context and its own authority for this name."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / f"{name}.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(made.public_bytes(Encoding.PEM) + secret)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    return context, ssl.create_default_context(cadata=made.public_bytes(Encoding.PEM).decode())


@pytest.mark.parametrize(("name", "delivered"), [("localhost", True), ("other.example", False)])
async def test_tls_is_checked_against_the_name(tmp_path, name, delivered):
    tls, trust = certificate(tmp_path, name)
    async with Receiver(tls=tls) as receiver, httpx.AsyncClient(verify=trust, trust_env=False) as client:
        url = f"https://localhost:{receiver.port}/"
        outcome = await targets.post(client, url, b"{}", {}, private=True)
    assert outcome == (targets.Outcome(status=200) if delivered else targets.Outcome(error=targets.BROKEN))


async def test_a_certificate_nobody_vouches_for_is_refused(tmp_path):
    tls, _ = certificate(tmp_path, "localhost")
    async with Receiver(tls=tls) as receiver, targets.poster() as client:
        outcome = await targets.post(client, f"https://localhost:{receiver.port}/", b"{}", {}, private=True)
    assert outcome == targets.Outcome(error=targets.BROKEN)


async def test_products_on_the_way_to_the_market_concern_their_supplier_alone(db, given):
    supplier, enterprise = await given.supplier(), await given.demander()
    hooks = [(actor, await make(given, actor)) for actor in (supplier, enterprise)]
    product = await given.listed_product(supplier)
    await products.act(db, supplier, product.id, "delist", now=given.now, reason="不再更新")
    await hear(given, "product", product.id)
    assert [await heard(given, *pair) for pair in hooks] == [
        ["create", "submit", "list", "delist"],
        ["list", "delist"],
    ]
