# Acts on one record: files, links, and what can be done.
offers = What can be done
offer-closed = Not now
offer-only = Only { $who } may.
offer-apart = You wrote part of what it says. Another approver must sign it.
offer-first = First: { $what }.
offer-fill = fill in { $field }
offer-signs = You sign “{ $meaning }”.
offer-more = { $n ->
    [one] One signature more is then still missing.
   *[other] { $n } signatures more are then still missing.
 }
offer-becomes = It becomes: { $state }.
offer-amend = Changes what it says; what was there stays in its history.
offer-link = Names another record, or takes such a link away.
offer-attach = Keeps a file with it, by its digest.
acknowledge = Confirm that you read it
acknowledge-about = Your name is recorded among those who read it.
recorded-in = Recorded. { $number } is at version { $version }, entry
link-change = Change
files-count = { $n ->
    [one] One file
   *[other] { $n } files
 }
file-size = Size
file-kept = Kept, { $kind }
file-kept-unknown = Kept; to download only
file-gone = Its content is gone
attach-about = The file is kept by the digest of its content. It can be downloaded by whoever may read the record, and is never shown inside a page.
attach-whole = The record as a whole
attach-where = Where it belongs
attach-lapses = { $n ->
    [one] One signature stands. It lapses if the file goes into a field that was signed.
   *[other] { $n } signatures stand. They lapse if the file goes into a field that was signed.
 }
attach-digest = Compare with a digest that you were given
attach-digest-help = The file is refused if its content has another digest.
attach-file = File
attach-file-help = One file, at most 100 MiB. What it is, is found from its content; a file whose name says otherwise is refused.
attach-it = Attach file
attach-choose = Choose the file to attach.
link-title = Link to another record
link-which = Link
link-find = Find
link-stands = Named now
link-offered = Can be named
link-it = Link
link-away = Take the link away
link-choose = Choose the record by its number.

# Registers: filters, columns, views, acts on several records.
filters-more = Filters and columns
filters-apply = Show
filter-words = Number or name
filter-from = from
filter-to = to
columns = Columns
views = My views
view-name = Name of this view
view-name-help = Name the view with at most 60 characters.
view-keep = Keep this view
view-away = Remove the view “{ $name }”
view-too-many = There are 30 views of this register already, or this one filters too much. Remove one first.
choose = Choose
bulk = With the chosen records
bulk-all = all { $n } that match
plan-show = Show plan
plan-set = Set: { $field }
plan-lead = What would be recorded, record by record. Nothing is recorded before you say so.
plan-chosen = { $n ->
    [one] One record
   *[other] { $n } records
 }
plan-count = { $can } of { $all } can be done
plan-outcome = What would happen
plan-can = Can be done
plan-cannot = Cannot be done
plan-stands = Stands now: { $value }
plan-withdrawn = It is evidence for nothing from then on.
plan-do = { $n ->
    [one] Record it
   *[other] Record all { $n }, together or not at all
 }
plan-do-can = { $n ->
    [one] Record the one that can be done
   *[other] Record the { $n } that can be done, together or not at all
 }
plan-back = Back to the register
plan-nothing = Choose records first: tick them in the register.
plan-too-many = { $n } records are chosen; at most 200 are taken at once. Narrow the list down.
plan-choose = Choose what to do with the records.
plan-why = Say why. The reason goes into the ledger beside each act.
plan-done = { $n ->
    [one] One act recorded, in entry
   *[other] { $n } acts recorded, the last in entry
 }

# What was filled in before a fresh authentication.
confirm-send-title = Go on where you were
confirm-send-lead = Nothing was sent yet. This is what you filled in.
confirm-send-none = Nothing waits to be sent.
confirm-send = Send it now
meanwhile = Done since you opened this page
