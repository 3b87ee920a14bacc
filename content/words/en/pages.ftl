# Home, requirements, registers, records.
home-title = What an auditor would find today
home-lead = Derived from the records, the rules and the date. Nobody can type a requirement to done.
pdca = Plan, do, check, act
home-findings = Gravest findings
home-findings-none = No findings
home-findings-none-why = Every requirement and control that records can decide is met today.
home-more = { $n ->
    [one] One finding more
   *[other] { $n } findings more
 }
home-lapses = Lapses next if nobody acts
home-lapses-none = Nothing lapses by itself
home-lapses-all = All that lapses
home-acts = What happened last
home-clauses = By clause

n-of-m = { $have } of { $of }
all = All
state = State
clause = Clause
requirement = Requirement
title = Title
met-for = Met for
until = Until
name = Name
number = Number
requirements-lead = Each requirement and control with what is found. Open one to see the rule, the proof and what to do.
requirements-none = Nothing stands so here
clear-filter = Show all

found = What was found
by-subject = Record by record
how-decided = How this is decided
how-examined = How auditors examine it
auditor-asks = An auditor asks to see
major-if = Major where
minor-if = Minor where
human-question = A person judges
stricter = Our rule adds
do-next = Do this next
missing = Missing
rests-on = { $n ->
    [one] Rests on one record
   *[other] Rests on { $n } records
 }
version-n = version { $n }
backdated = Recorded late, dated early
stays-until = stays so until { $moment } if nobody acts
open-record = Open { $number }

registers-lead = Every kind of documented information, by the group under which access to it is decided.
record-a = Record: { $kind }
filter = Filter
filter-nothing = No record matches
register-empty = No { $kinds } yet
register-count = { $matching } of { $all }
pages = Pages
pager = { $from } to { $until } of { $of }
previous = Previous
next = Next

amend = Amend
facts = Facts
history = History
record-withdrawn = This record was withdrawn or disposed of. It is evidence for nothing.
open-fields = { $n ->
    [one] One field is open
   *[other] { $n } fields are open
 }
signatures = Signatures
lapsed = lapsed
evidence = Evidence
named-by = Records that name this one
and-more = { $n ->
    [one] and one more
   *[other] and { $n } more
 }
