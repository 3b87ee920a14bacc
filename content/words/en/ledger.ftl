# The ledger.
ledger-lead = { $n ->
    [one] One act. It can be proven without trusting this server.
   *[other] { $n } acts, each provable without trusting this server.
 }
ledger-none = No act matches
record = Record
person = Person
older = Older acts
entry = Entry
verify-title = Proof
verify-why = The self-check holds every record, file and checkpoint against the entries. An auditor does the same offline, with the bundle and the key.
verify-now = Verify now
take-checkpoint = Download checkpoint
bundle = Bundle for an auditor
bundle-why = All entries with their proofs, records and files, to be verified offline. That it was taken is an act in the ledger.
bundle-personal = With what is known about persons
take-bundle = Download bundle
log-name = Name of the log
verifier-key = Key to verify with
newest-checkpoint = Newest checkpoint
verified-title = Self-check
verified-looked = { $entries } entries, { $records } records and { $files } files were checked.
verified-sound = Everything is as it was signed.
verified-findings = { $n ->
    [one] One thing is not as it was signed
   *[other] { $n } things are not as they were signed
 }
code-of = Code
place = Place
to-ledger = To the ledger
to-record = Open the record
take-receipt = Download receipt
leaf = Leaf hash
inclusion = From this leaf to the root of { $n } entries
inclusion-alone = It is the only entry: its leaf is the root.
entry-bytes = The entry, byte for byte as it was hashed
signed-with-passkey = Signed with the passkey whose key has this SHA-256
