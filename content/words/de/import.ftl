# Zeilen einer Tabelle übernehmen.
import = Importieren
import-lead = Übernehmen Sie, was Sie haben: Model Cards, Stücklisten, Register aus einer Tabelle. Sie sehen, was aufgezeichnet würde, bevor es geschieht.
import-kind = Register
import-rows = Zeilen
import-rows-help = Kopieren Sie die Zeilen mit ihren Überschriften aus der Tabelle hierher, oder den Text einer CSV-Datei. Höchstens 1 MiB.
import-show-plan = Plan zeigen
import-plan = Import von { $file }
import-counts = { $new } aufzuzeichnen, { $amended } zu ändern, { $same } unverändert.
import-problems = { $count ->
    [one] Eines ist zu berichtigen
   *[other] { $count } Dinge sind zu berichtigen
}
import-row = Zeile { $row }
import-notes = Vorweg zu wissen
import-columns = Spalten
import-column = Spalte
import-goes-to = Geht nach
import-preview = Erste Zeilen
import-nowhere = Nirgendwohin (beiseitegelegt)
import-key = Schlüssel
import-valid-only = Die Zeilen aufzeichnen, bei denen es geht, auch wenn es bei anderen nicht geht
import-again = Plan erneut zeigen
import-record = Aufzeichnen
import-records = Aufzeichnungen
import-new = Neu
import-amend = Geändert
import-same = Unverändert
import-more = Und { $count } weitere.
import-kept = Werte, die kein Feld aufnimmt
import-a-file = Eine Datei
import-file = Datei
import-file-help = Eine Model Card oder Dataset Card (README.md oder JSON), eine Stückliste (CycloneDX, SPDX 3), Croissant oder eine Tabelle (CSV, XLSX). Höchstens 64 MiB.
import-choose-file = Wählen Sie eine Datei.
import-some-rows = Eingefügte Zeilen
import-as = Lesen als
import-as-model-card = Model Card
import-as-dataset-card = Dataset Card
import-as-cyclonedx = CycloneDX
import-as-spdx = SPDX 3
import-as-croissant = Croissant
import-as-sheet = Tabelle
import-recorded = Aufgezeichnet
import-recorded-lead = Was Sie eingebracht haben, ist aufgezeichnet. Das würde ein Auditor jetzt darüber feststellen.
import-recorded-nothing = Es gab nichts aufzuzeichnen: alles steht schon da.
import-findings = Erste Feststellungen
import-findings-none = Keine Anforderung hat eine Feststellung zu diesen Aufzeichnungen selbst. Was um sie herum fehlt, sagt die Startseite.
import-findings-more = { $count ->
    [one] Und eine weitere, auf den Seiten der Aufzeichnungen.
   *[other] Und { $count } weitere, auf den Seiten der Aufzeichnungen.
}
import-another = Weitere Datei importieren
