"""Terms of law, and of this market, that a stranger cannot know: what each means and where that is laid down."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from market.domain.words import N_


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """A term, its meaning in one or two sentences, and the law and article (or that it is a rule of this market)."""

    name: str
    meaning: str
    source: str


OURS = N_("A rule of this market.")

GLOSSARY: Mapping[str, Term] = {
    "public_data": Term(
        name=N_("Public data"),
        meaning=N_(
            "Data that organs of state, public institutions and enterprises come by while they do their legal duties "
            "or provide public services."
        ),
        source=N_("Opinions on Building Basic Systems for Data (2022), point 4"),
    ),
    "data_rights": Term(
        name=N_("Rights in data"),
        meaning=N_(
            "Holding data, processing and using them, and running products made of them are separate rights. An "
            "agreement here gives the right to use; the supplier goes on holding the data."
        ),
        source=N_("Opinions on Building Basic Systems for Data (2022), point 3"),
    ),
    "authorised_operator": Term(
        name=N_("Authorised operator"),
        meaning=N_(
            "An organisation that a government lets process its public data and offer the results, for five years at "
            "most. It may take no part, directly or indirectly, in developing further what it has delivered."
        ),
        source=N_("Rules for the Authorised Operation of Public Data Resources (2025, No. 27), articles 6 and 14"),
    ),
    "credit_code": Term(
        name=N_("Unified social credit code"),
        meaning=N_(
            "The 18 characters under which every organisation in China is registered; they stand on its licence. The "
            "last is worked out from the others, so that a slip of the pen shows."
        ),
        source=N_("National standard GB 32100"),
    ),
    "verified": Term(
        name=N_("Verified identity"),
        meaning=N_(
            "The platform has held the organisation's documents against its credit code. Whoever brings two sides "
            "together has to verify who they are, and keep the record."
        ),
        source=N_("Data Security Law, article 33"),
    ),
    "source_statement": Term(
        name=N_("Source statement"),
        meaning=N_("Whoever offers data says how they were lawfully come by. Without it a product is not listed."),
        source=N_("Data Security Law, article 33"),
    ),
    "data_grade": Term(
        name=N_("Data grade"),
        meaning=N_(
            "General, important or core, by how much harm it would do if the data leaked or were misused. Core data "
            "are never listed here."
        ),
        source=N_("Data Security Law, article 21"),
    ),
    "risk_assessment": Term(
        name=N_("Risk assessment"),
        meaning=N_(
            "Before important data are passed on, the supplier assesses the risk; the agreement then states purpose, "
            "method, scope and the duties of security."
        ),
        source=N_("Network Data Regulation, articles 12 and 31"),
    ),
    "opening_class": Term(
        name=N_("Opening class"),
        meaning=N_(
            "Open without conditions: anybody may have the data. Open on conditions: on application, under an "
            "agreement of use. Not open: not on this market."
        ),
        source=N_("Shanghai Interim Measures for Opening Public Data (2019, Decree No. 21)"),
    ),
    "permitted_use": Term(
        name=N_("Permitted use"),
        meaning=N_(
            "For which purpose, in which way and how far the data may be used; for personal and important data the "
            "agreement must say so, and its record is kept for three years at least."
        ),
        source=N_("Network Data Regulation, article 12"),
    ),
    "offer": Term(
        name=N_("Offer and counter-offer"),
        meaning=N_(
            "Whoever accepts on other terms, or after the offer has lapsed, makes a new offer. So an offer here is "
            "never changed: other terms follow under a new number."
        ),
        source=N_("Civil Code, articles 486 and 488"),
    ),
    "good_faith": Term(
        name=N_("Good faith"),
        meaning=N_(
            "Whoever negotiates without meaning it, or passes on what was learnt in confidence, is liable for the "
            "damage, even when no agreement comes about."
        ),
        source=N_("Civil Code, articles 500 and 501"),
    ),
    "signature": Term(
        name=N_("Confirmed electronically"),
        meaning=N_(
            "A contract comes about when the last side signs. A reliable electronic signature counts as much as one by "
            "hand; here each side enters the password again for exactly this text."
        ),
        source=N_("Civil Code, article 490; Electronic Signature Law, articles 13 and 14"),
    ),
    "working_day": Term(
        name=N_("Working days"),
        meaning=N_(
            "Weekends and public holidays do not count, days worked in exchange do. The first day is not counted, and "
            "a last day that is a holiday moves on."
        ),
        source=N_("Civil Code, articles 201 and 203; the State Council's holidays of the year"),
    ),
    "broker": Term(
        name=N_("Broker"),
        meaning=N_(
            "Brings the two sides together and tells both truthfully what bears on the agreement. Whoever uses the "
            "broker's work and then goes round the broker still owes the fee."
        ),
        source=N_("Civil Code, articles 962 and 965"),
    ),
    "sealed": Term(
        name=N_("Sealed"),
        meaning=N_(
            "Who asks, and the words they marked, are covered. Both are uncovered for one supplier when both sides "
            "are interested, and that is written to the journal."
        ),
        source=OURS,
    ),
    "hold": Term(
        name=N_("Hold"),
        meaning=N_(
            "The broker has stopped the negotiation, and says why: no step towards an agreement is possible until it "
            "is released. Messages go on."
        ),
        source=OURS,
    ),
    "pool": Term(
        name=N_("Pool"),
        meaning=N_(
            "Several organisations that need nearly the same negotiate once. One speaks for all, and each confirms an "
            "agreement of its own."
        ),
        source=OURS,
    ),
}
"""key -> term. Figures stand here as the law has them; the market counts its deadlines by the calendar."""
