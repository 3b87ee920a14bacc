# Home, what waits, forecast, readiness, differences, search, and the page of an AI system.
home-title-staff = What you should know and do
home-lead-staff = What is in force here, what waits for you, and how to raise a concern.
home-to-read = In force here
home-to-read-none = Nothing is published yet.
home-concern = Tell the people who look into concerns what worries you about an AI system. You need not give your name.
home-acts-all = All acts
home-since = { $n ->
    [0] Nothing happened since you last looked.
    [one] One act since you last looked.
   *[other] { $n } acts since you last looked.
 }
phase-met = { $have } of { $of } clauses in order
waiting-lead = What only you can confirm, sign, judge or do.
waiting-none = Nothing waits for you
waiting-none-why = When a record needs your signature, your judgement or your work, it stands here.
waiting-all = All that waits for you
waits-approval = To sign
waits-determination = To judge
waits-action = To do
waits-acknowledgement = To confirm
due-on = due { $day }
waits-since = since { $day }
by-group = By group
reason-closed = It rests on a record that you may not read.
record-closed = a record that you may not read
not-decided = Nothing decides it yet. That says nothing about conformity.
over-time = Over time
over-time-lead = What was said at the ends of the last months, each decided from the records as they were known then.
over-time-none = Nothing was recorded before today
over-time-why = What made it so

overview = Overview
stages = Life cycle
gates = Gates of the life cycle
gate-set = { $field }: recorded
gate-unset = { $field }: not recorded
gate-signed = Signed: { $meaning }
gate-there = There
purpose-missing = No intended purpose is recorded
not-recorded = Not recorded
none-recorded = None recorded
to-do-next = To do next
system-nothing-found = Nothing is found against this system today.
said-all = { $n ->
    [one] The one verdict about this system
   *[other] All { $n } verdicts about this system
 }
said-about = Verdicts that it supports or breaks
said-count = { $n ->
    [one] One requirement
   *[other] { $n } requirements
 }
said-in-order = { $n ->
    [one] One more in order
   *[other] { $n } more in order
 }
begin-for-it = Begin for this system
made-of = What it is made of
made-of-why = Data and models on the left, components and suppliers on the right. A dashed box is a gap.
as-table = The same as a table
kind = Register
roles-held = Roles held
oversight = Human oversight
impact-assessments = Impact assessments
incidents-changes = Incidents and changes
documents = Documents
measured = Measured
measurements-n = { $n ->
    [one] One measurement
   *[other] { $n } measurements
 }
beyond-limit = Beyond the limit
limit-low = at least { $value }
limit-high = at most { $value }
days-old = { $n ->
    [one] 1 day ago
   *[other] { $n } days ago
 }
next-due = next due { $day }
met = Met
not-met = Not met
cannot-tell = Cannot be told
date = Date
value = Value
lapsed-because = Changed since: { $fields }

version-title = Version { $n }
version-first = What was recorded first
version-difference = Version { $from } to version { $to }
version-same = No field changed.
version-earlier = The one before
version-later = The one after
versions = Versions
field = Field
fields-same = { $n ->
    [one] one field stays as it was
   *[other] { $n } fields stay as they were
 }
sentence-closed = An act on a record that you may not read.

forecast-lead = What changes if nobody does anything. Nobody types these dates; they follow from the records and the rules.
days-ahead = Days ahead
forecast-none = Nothing changes by itself within { $n } days.
forecast-count = { $n ->
    [one] One verdict changes by itself
   *[other] { $n } verdicts change by themselves
 }
turns = Becomes
until-then = until then { $state }
why = Why
no-longer-asked = No longer asked
readiness-lead = What has to be there before a certification body comes, fact by fact. This reads records, dates and links; it does not read documents.
before-stage = Before stage { $n } of the audit
differences-lead = What is said otherwise at one moment than at an earlier one, and who did what in between.
from-day = From
to-day = To
empty-now = empty: now
compare = Compare
between = From { $from } to { $to }
differences-none = Nothing is said otherwise
got-worse = Got worse
got-otherwise = Otherwise, as grave
got-better = Got better
was = Was
is-now = Is
not-asked = Not asked
lapsed-at = Nobody acted: it lapsed on { $moment }.
acts-between = { $n ->
    [one] One act in between
   *[other] { $n } acts in between
 }
register = Register
search-how = Search for a number, a name, a word of a text, or a requirement.
search-none = Nothing matches
search-none-why = Try a number such as SYS-0001, or fewer letters.
search-count = { $n ->
    [one] One match
   *[other] { $n } matches
 }
search-cut = The first { $n } matches. More letters narrow it down.
palette = Go to
palette-matches = Matches
palette-none = Nothing matches. Enter searches everything.
palette-how = Arrow keys choose, Enter opens, Esc closes
keys = Keys
keys-rows = Next and previous row
keys-open = Open the row
close = Close
kept = Text you typed here earlier was not recorded. It is kept on this device.
kept-restore = Put it back
kept-forget = Forget it
copied = Copied
copy = Copy
uncontrolled = Uncontrolled when printed
read-it = I have read it
read-occasion = Read and confirmed: { $policy }
