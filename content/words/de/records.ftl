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
