# Das Protokoll.
ledger-lead = { $n ->
    [one] Eine Handlung. Sie lässt sich beweisen, ohne diesem Server zu vertrauen.
   *[other] { $n } Handlungen, jede beweisbar, ohne diesem Server zu vertrauen.
 }
ledger-none = Keine Handlung passt dazu
record = Aufzeichnung
person = Person
older = Ältere Handlungen
entry = Eintrag
verify-title = Nachweis
verify-why = Die Selbstprüfung hält jede Aufzeichnung, jede Datei und jeden Prüfpunkt gegen die Einträge. Ein Auditor tut dasselbe ohne Verbindung, mit Bündel und Schlüssel.
verify-now = Jetzt prüfen
take-checkpoint = Prüfpunkt herunterladen
bundle = Bündel für ein Audit
bundle-why = Alle Einträge mit ihren Beweisen, Aufzeichnungen und Dateien, ohne Verbindung prüfbar. Dass es mitgenommen wurde, ist selbst eine Handlung im Protokoll.
bundle-personal = Mit dem, was über Personen bekannt ist
take-bundle = Bündel herunterladen
log-name = Name des Protokolls
verifier-key = Schlüssel zum Prüfen
newest-checkpoint = Neuester Prüfpunkt
verified-title = Selbstprüfung
verified-looked = { $entries } Einträge, { $records } Aufzeichnungen und { $files } Dateien wurden geprüft.
verified-sound = Alles ist, wie es unterschrieben wurde.
verified-findings = { $n ->
    [one] Etwas ist nicht, wie es unterschrieben wurde
   *[other] { $n } Dinge sind nicht, wie sie unterschrieben wurden
 }
code-of = Kennung
place = Ort
to-ledger = Zum Protokoll
to-record = Aufzeichnung öffnen
take-receipt = Beleg herunterladen
leaf = Blatt-Hash
inclusion = Von diesem Blatt zur Wurzel über { $n } Einträge
inclusion-alone = Es ist der einzige Eintrag: sein Blatt ist die Wurzel.
entry-bytes = Der Eintrag, Byte für Byte wie er gehasht wurde
signed-with-passkey = Unterschrieben mit dem Passkey, dessen Schlüssel diesen SHA-256 hat
