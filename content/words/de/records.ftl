# Vorgänge an einer Aufzeichnung: Dateien, Verknüpfungen und was getan werden kann.
offers = Was getan werden kann
offer-closed = Nicht jetzt
offer-only = Nur { $who }.
offer-apart = Sie haben einen Teil davon geschrieben. Jemand anderes muss unterschreiben.
offer-first = Zuvor: { $what }.
offer-fill = { $field } ausfüllen
offer-signs = Sie unterschreiben „{ $meaning }“.
offer-more = { $n ->
    [one] Danach fehlt noch eine Unterschrift.
   *[other] Danach fehlen noch { $n } Unterschriften.
 }
offer-becomes = Es wird: { $state }.
offer-amend = Ändert den Inhalt; was dort stand, bleibt im Verlauf.
offer-link = Nennt eine andere Aufzeichnung oder nimmt eine solche Verknüpfung weg.
offer-attach = Bewahrt eine Datei dazu auf, unter ihrer Prüfsumme.
acknowledge = Kenntnisnahme bestätigen
acknowledge-about = Ihr Name wird unter denen aufgezeichnet, die es gelesen haben.
recorded-in = Aufgezeichnet. { $number } steht bei Version { $version }, Eintrag
link-change = Ändern
files-count = { $n ->
    [one] Eine Datei
   *[other] { $n } Dateien
 }
file-size = Größe
file-kept = Aufbewahrt, { $kind }
file-kept-unknown = Aufbewahrt; nur zum Herunterladen
file-gone = Der Inhalt ist nicht mehr da
attach-about = Die Datei wird unter der Prüfsumme ihres Inhalts aufbewahrt. Herunterladen kann sie, wer die Aufzeichnung lesen darf; in einer Seite wird sie nie gezeigt.
attach-whole = Zur Aufzeichnung als Ganzes
attach-where = Wohin sie gehört
attach-lapses = { $n ->
    [one] Eine Unterschrift steht. Sie verfällt, wenn die Datei in ein Feld kommt, das unterschrieben wurde.
   *[other] { $n } Unterschriften stehen. Sie verfallen, wenn die Datei in ein Feld kommt, das unterschrieben wurde.
 }
attach-digest = Mit einer Prüfsumme vergleichen, die Sie bekommen haben
attach-digest-help = Die Datei wird nicht angenommen, wenn ihr Inhalt eine andere hat.
attach-file = Datei
attach-file-help = Eine Datei, höchstens 100 MiB. Was sie ist, wird aus dem Inhalt bestimmt; sagt ihr Name etwas anderes, wird sie nicht angenommen.
attach-it = Datei anfügen
attach-choose = Wählen Sie die Datei aus, die angefügt werden soll.
link-title = Mit anderer Aufzeichnung verknüpfen
link-which = Verknüpfung
link-find = Suchen
link-stands = Jetzt genannt
link-offered = Kann genannt werden
link-it = Verknüpfen
link-away = Verknüpfung wegnehmen
link-choose = Wählen Sie die Aufzeichnung mit ihrer Nummer aus.

# Register: Filter, Spalten, Ansichten, Vorgänge an mehreren Aufzeichnungen.
filters-more = Filter und Spalten
filters-apply = Anzeigen
filter-words = Nummer oder Name
filter-from = von
filter-to = bis
columns = Spalten
views = Meine Ansichten
view-name = Name dieser Ansicht
view-name-help = Geben Sie der Ansicht einen Namen mit höchstens 60 Zeichen.
view-keep = Ansicht aufheben
view-away = Ansicht „{ $name }“ entfernen
view-too-many = Von diesem Register gibt es schon 30 Ansichten, oder diese filtert zu viel. Entfernen Sie zuerst eine.
choose = Auswählen
bulk = Mit den ausgewählten Aufzeichnungen
bulk-all = alle { $n } passenden
plan-show = Plan zeigen
plan-set = Setzen: { $field }
plan-lead = Was aufgezeichnet würde, Aufzeichnung für Aufzeichnung. Vorher wird nichts aufgezeichnet.
plan-chosen = { $n ->
    [one] Eine Aufzeichnung
   *[other] { $n } Aufzeichnungen
 }
plan-count = { $can } von { $all } gehen
plan-outcome = Was geschähe
plan-can = Geht
plan-cannot = Geht nicht
plan-stands = Steht jetzt: { $value }
plan-withdrawn = Sie ist dann für nichts mehr ein Nachweis.
plan-do = { $n ->
    [one] Aufzeichnen
   *[other] Alle { $n } aufzeichnen, zusammen oder gar nicht
 }
plan-do-can = { $n ->
    [one] Den einen aufzeichnen, der geht
   *[other] Die { $n } aufzeichnen, die gehen, zusammen oder gar nicht
 }
plan-back = Zurück zum Register
plan-nothing = Wählen Sie zuerst Aufzeichnungen aus: Haken Sie sie im Register an.
plan-too-many = { $n } Aufzeichnungen sind ausgewählt; höchstens 200 gehen auf einmal. Grenzen Sie die Liste ein.
plan-choose = Wählen Sie aus, was mit den Aufzeichnungen geschehen soll.
plan-why = Sagen Sie, warum. Der Grund steht neben jedem Vorgang im Verzeichnis.
plan-done = { $n ->
    [one] Ein Vorgang aufgezeichnet, im Eintrag
   *[other] { $n } Vorgänge aufgezeichnet, der letzte im Eintrag
 }

# Was vor einer erneuten Anmeldung ausgefüllt war.
confirm-send-title = Weiter, wo Sie waren
confirm-send-lead = Es wurde noch nichts abgeschickt. Das haben Sie ausgefüllt.
confirm-send-none = Nichts wartet darauf, abgeschickt zu werden.
confirm-send = Jetzt abschicken
meanwhile = Geschehen, seit Sie diese Seite geöffnet haben
