# Zeilen einer Tabelle übernehmen.
import = Importieren
import-lead = Übernehmen Sie ein Register, das Sie in einer Tabelle führen. Sie sehen, was aufgezeichnet würde, bevor es geschieht.
import-kind = Register
import-choose-kind = Wählen Sie das Register, zu dem die Zeilen gehören.
import-rows = Zeilen
import-rows-help = Kopieren Sie die Zeilen mit ihren Überschriften aus der Tabelle hierher, oder den Text einer CSV-Datei. Höchstens 1 MiB.
import-show-plan = Plan zeigen
import-plan = Importieren in { $kinds }
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
