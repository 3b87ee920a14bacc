# Übersicht, Anforderungen, Register, Aufzeichnungen.
home-title = Was ein Auditor heute feststellen würde
home-lead = Abgeleitet aus Aufzeichnungen, Regeln und Datum. Niemand kann eine Anforderung auf „erledigt“ setzen.
pdca = Planen, Durchführen, Prüfen, Handeln
home-findings = Schwerste Feststellungen
home-findings-none = Keine Feststellungen
home-findings-none-why = Jede Anforderung und Maßnahme, über die Aufzeichnungen entscheiden können, ist heute erfüllt.
home-more = { $n ->
    [one] Eine weitere Feststellung
   *[other] { $n } weitere Feststellungen
 }
home-lapses = Läuft als Nächstes ab, wenn niemand handelt
home-lapses-none = Nichts läuft von selbst ab
home-lapses-all = Alles, was abläuft
home-acts = Was zuletzt geschah
home-clauses = Nach Abschnitten

n-of-m = { $have } von { $of }
all = Alle
state = Zustand
clause = Abschnitt
requirement = Anforderung
title = Titel
met-for = Erfüllt für
until = Bis
name = Name
number = Nummer
requirements-lead = Jede Anforderung und jede Maßnahme mit dem, was festgestellt ist. Öffnen Sie eine, um Regel, Beleg und nächsten Schritt zu sehen.
requirements-none = Nichts steht hier so
clear-filter = Alle zeigen

found = Was festgestellt wurde
by-subject = Aufzeichnung für Aufzeichnung
how-decided = Wie darüber entschieden wird
how-examined = Wie Auditoren es prüfen
auditor-asks = Ein Auditor möchte sehen
major-if = Hauptabweichung, wenn
minor-if = Nebenabweichung, wenn
human-question = Ein Mensch urteilt
stricter = Unsere Regel fügt hinzu
do-next = Das als Nächstes tun
missing = Es fehlt
rests-on = { $n ->
    [one] Beruht auf einer Aufzeichnung
   *[other] Beruht auf { $n } Aufzeichnungen
 }
version-n = Fassung { $n }
backdated = Spät aufgezeichnet, früh datiert
stays-until = bleibt so bis { $moment }, wenn niemand handelt
open-record = { $number } öffnen

registers-lead = Jede Art dokumentierter Information, nach dem Abschnitt, dem sie zuerst dient.
record-a = Aufzeichnen: { $kind }
filter = Filtern
filter-nothing = Keine Aufzeichnung passt
register-empty = Noch keine Einträge: { $kinds }
register-count = { $matching } von { $all }
pages = Seiten
pager = { $from } bis { $until } von { $of }
previous = Zurück
next = Weiter

amend = Ändern
facts = Angaben
history = Verlauf
record-withdrawn = Diese Aufzeichnung wurde zurückgezogen oder ausgesondert. Sie belegt nichts.
open-fields = { $n ->
    [one] Ein Feld ist offen
   *[other] { $n } Felder sind offen
 }
signatures = Unterschriften
lapsed = verfallen
evidence = Nachweise
named-by = Aufzeichnungen, die diese nennen
and-more = { $n ->
    [one] und eine weitere
   *[other] und { $n } weitere
 }
