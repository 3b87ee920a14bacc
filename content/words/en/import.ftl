# Bringing in rows of a spreadsheet.
import = Import
import-lead = Bring in what you have: model cards, bills of materials, registers that you keep in a spreadsheet. You see what would be recorded before anything is.
import-kind = Register
import-rows = Rows
import-rows-help = Copy the rows with their headings from the spreadsheet and put them in here, or the text of a CSV file. At most 1 MiB.
import-show-plan = Show plan
import-plan = Import of { $file }
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
import-a-file = A file
import-file = File
import-file-help = A model or dataset card (README.md or JSON), a bill of materials (CycloneDX, SPDX 3), Croissant, or a table (CSV, XLSX). At most 64 MiB.
import-choose-file = Choose a file.
import-some-rows = Rows, pasted
import-as = Read as
import-as-model-card = Model card
import-as-dataset-card = Dataset card
import-as-cyclonedx = CycloneDX
import-as-spdx = SPDX 3
import-as-croissant = Croissant
import-as-sheet = Table
import-recorded = Recorded
import-recorded-lead = What came in is recorded. This is what an auditor would find about it now.
import-recorded-nothing = There was nothing to record: all of it stands already.
import-findings = First findings
import-findings-none = No requirement has a finding about these records by themselves. What is missing around them, the home page says.
import-findings-more = { $count ->
    [one] And one more, on the pages of the records.
   *[other] And { $count } more, on the pages of the records.
}
import-another = Import another file
