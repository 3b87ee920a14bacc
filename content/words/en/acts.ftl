# What is done to records.
optional = optional
error = Error
unit = Unit
unit-days = days
unit-weeks = weeks
unit-months = months
unit-years = years
currency = Currency, three letters
one-a-line = One on each line.
narrow-list = Narrow the list
add-by-number = add by number
several-numbers = A record's number; several with commas between them.
remove = Remove
add-row = Add a row
attach = Attach a file
file-later = Record it first; then a file can be attached.
needed-before = Needed before: { $states }.
lets-lapse = { $n ->
    [one] Changing this lets one signature lapse.
   *[other] Changing this lets { $n } signatures lapse.
 }
amend-title = Amend { $name }
record-it = Record it
record-change = Record the change
nothing-changed = Nothing differs from what stands. Change something, or cancel.
errors-title = { $n ->
    [one] One answer needs another look
   *[other] { $n } answers need another look
 }
act-not-recorded = Nothing was recorded
draft-kept = The draft is kept. It is no record yet, and only you see it.
draft-of = You left a draft: { $name }, { $moment }.
draft-go-on = Go on with it
draft-forget = Forget it
draft-keep = Keep as draft
why-help = Goes into the ledger beside the act.
conflict-title = Somebody else was quicker
conflict-why = The record changed since you opened the form. Nothing of yours is lost: choose field by field, then record the change.
conflict-fields = What differs
conflict-before = When you opened it
conflict-wanted = What you want
conflict-now = What stands now
take-mine = Take mine
take-theirs = Leave what stands
stays-theirs = Stays as it stands; you did not change it.
verb-not-now = This cannot be done now.
becomes = becomes
who-may = Who may
signed-is = What a signature says
who-signs = Who signs
who-not = Who may not sign
apart-editors = whoever wrote what it says
first = What must be true first
is-met = Met
is-unmet = Not met yet
need-field = { $field } is filled in
what-is-signed = What you sign
digest = SHA-256 of exactly this content
sign-title = Sign: { $meaning }
sign-only = Sign
withdraw = Withdraw record
withdraw-about = For a record that was a mistake. It stays readable with its history, and is evidence for nothing from now on.
step-up-why = A signature asks for your password again, unless you gave it in the last ten minutes.
back-to-record = Back to the record
passkey-sign-title = Sign with your passkey
passkey-sign-lead = Your passkey signs the digest of this act. Anyone who holds the bundle can check it, without this server.
passkey-sign = Sign with passkey
passkey-cancelled-sign = The passkey was not used, and nothing is signed. Try again, or cancel.
with-passkey = { $deed } with your passkey
without-passkey = { $deed } without passkey
