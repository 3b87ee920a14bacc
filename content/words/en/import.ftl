# Bringing in rows of a spreadsheet.
import = Import
import-lead = Bring in a register that you keep in a spreadsheet. You see what would be recorded before anything is.
import-kind = Register
import-choose-kind = Choose the register that the rows belong to.
import-rows = Rows
import-rows-help = Copy the rows with their headings from the spreadsheet and put them in here, or the text of a CSV file. At most 1 MiB.
import-show-plan = Show plan
import-plan = Import into { $kinds }
import-counts = { $new } to record, { $amended } to amend, { $same } the same.
import-problems = { $count ->
    [one] One thing is to be mended
   *[other] { $count } things are to be mended
}
import-row = Row { $row }
import-notes = To know first
import-columns = Columns
import-column = Column
import-goes-to = Goes to
import-preview = First rows
import-nowhere = Nowhere (kept aside)
import-key = Key
import-valid-only = Record the rows that can be recorded although others cannot
import-again = Show plan again
import-record = Record
import-records = Records
import-new = New
import-amend = Changed
import-same = The same
import-more = And { $count } more.
import-kept = Values that no field takes
