# Start, was wartet, Vorschau, Zertifizierungsreife, Unterschiede, Suche und die Seite eines KI-Systems.
home-title-staff = Was Sie wissen und tun sollten
home-lead-staff = Was hier gilt, was auf Sie wartet und wie Sie ein Anliegen melden.
home-to-read = Was hier gilt
home-to-read-none = Noch ist nichts veröffentlicht.
home-concern = Sagen Sie denen, die Anliegen nachgehen, was Sie an einem KI-System beunruhigt. Ihren Namen müssen Sie nicht nennen.
home-acts-all = Alle Handlungen
home-since = { $n ->
    [0] Seit Ihrem letzten Besuch ist nichts geschehen.
    [one] Eine Handlung seit Ihrem letzten Besuch.
   *[other] { $n } Handlungen seit Ihrem letzten Besuch.
 }
phase-met = { $have } von { $of } Abschnitten in Ordnung
waiting-lead = Was nur Sie bestätigen, unterschreiben, beurteilen oder tun können.
waiting-none = Nichts wartet auf Sie
waiting-none-why = Braucht eine Aufzeichnung Ihre Unterschrift, Ihr Urteil oder Ihre Arbeit, so steht sie hier.
waiting-all = Alles, was auf Sie wartet
waits-approval = Zu unterschreiben
waits-determination = Zu beurteilen
waits-action = Zu tun
waits-acknowledgement = Zu bestätigen
due-on = fällig am { $day }
waits-since = seit { $day }
by-group = Nach Gruppen
reason-closed = Es beruht auf einer Aufzeichnung, die Sie nicht lesen dürfen.
record-closed = eine Aufzeichnung, die Sie nicht lesen dürfen
not-decided = Noch entscheidet das keine Regel. Über die Konformität sagt das nichts.
over-time = Im Zeitverlauf
over-time-lead = Was an den Enden der letzten Monate galt, jeweils nach den Aufzeichnungen, die man damals kannte.
over-time-none = Vor heute wurde nichts aufgezeichnet
over-time-why = Was dazu geführt hat

overview = Überblick
stages = Lebenszyklus
gates = Tore des Lebenszyklus
gate-set = { $field }: aufgezeichnet
gate-unset = { $field }: nicht aufgezeichnet
gate-signed = Unterschrieben: { $meaning }
gate-there = Vorhanden
purpose-missing = Kein Verwendungszweck aufgezeichnet
not-recorded = Nicht aufgezeichnet
none-recorded = Keine aufgezeichnet
to-do-next = Als Nächstes zu tun
system-nothing-found = Gegen dieses System liegt heute nichts vor.
said-all = { $n ->
    [one] Das eine Urteil über dieses System
   *[other] Alle { $n } Urteile über dieses System
 }
said-about = Urteile, die es stützt oder zu Fall bringt
said-count = { $n ->
    [one] Eine Anforderung
   *[other] { $n } Anforderungen
 }
said-in-order = { $n ->
    [one] Eine weitere in Ordnung
   *[other] { $n } weitere in Ordnung
 }
begin-for-it = Für dieses System beginnen
made-of = Woraus es besteht
made-of-why = Links Daten und Modelle, rechts Komponenten und Lieferanten. Ein gestrichelter Kasten ist eine Lücke.
as-table = Dasselbe als Tabelle
kind = Register
roles-held = Rollen der Organisation
oversight = Menschliche Aufsicht
impact-assessments = Folgenabschätzungen
incidents-changes = Vorfälle und Änderungen
documents = Dokumente
measured = Gemessen
measurements-n = { $n ->
    [one] Eine Messung
   *[other] { $n } Messungen
 }
beyond-limit = Jenseits der Grenze
limit-low = mindestens { $value }
limit-high = höchstens { $value }
days-old = { $n ->
    [one] vor einem Tag
   *[other] vor { $n } Tagen
 }
next-due = nächste fällig am { $day }
met = Erfüllt
not-met = Nicht erfüllt
cannot-tell = Nicht feststellbar
date = Datum
value = Wert
lapsed-because = Seither geändert: { $fields }

version-title = Version { $n }
version-first = Was zuerst aufgezeichnet wurde
version-difference = Von Version { $from } zu Version { $to }
version-same = Kein Feld hat sich geändert.
version-earlier = Davor
version-later = Danach
versions = Versionen
field = Feld
fields-same = { $n ->
    [one] ein Feld bleibt, wie es war
   *[other] { $n } Felder bleiben, wie sie waren
 }
sentence-closed = Eine Handlung an einer Aufzeichnung, die Sie nicht lesen dürfen.

forecast-lead = Was sich ändert, wenn niemand etwas tut. Niemand gibt diese Tage ein; sie folgen aus Aufzeichnungen und Regeln.
days-ahead = Tage voraus
forecast-none = Innerhalb von { $n } Tagen ändert sich nichts von selbst.
forecast-count = { $n ->
    [one] Ein Urteil ändert sich von selbst
   *[other] { $n } Urteile ändern sich von selbst
 }
turns = Wird
until-then = bis dahin { $state }
why = Warum
no-longer-asked = Nicht mehr gefragt
readiness-lead = Was da sein muss, bevor eine Zertifizierungsstelle kommt, Punkt für Punkt. Gelesen werden Aufzeichnungen, Tage und Verweise, nicht die Dokumente selbst.
before-stage = Vor Stufe { $n } des Audits
differences-lead = Was zu einem Zeitpunkt anders beurteilt wird als zu einem früheren, und wer dazwischen was getan hat.
from-day = Von
to-day = Bis
empty-now = leer: jetzt
compare = Vergleichen
between = Von { $from } bis { $to }
differences-none = Nichts wird anders beurteilt
got-worse = Schlechter geworden
got-otherwise = Anders, gleich schwer
got-better = Besser geworden
was = War
is-now = Ist
not-asked = Nicht gefragt
lapsed-at = Niemand hat gehandelt: verfallen am { $moment }.
acts-between = { $n ->
    [one] Eine Handlung dazwischen
   *[other] { $n } Handlungen dazwischen
 }
register = Register
search-how = Suchen Sie nach einer Nummer, einem Namen, einem Wort aus einem Text oder einer Anforderung.
search-none = Nichts gefunden
search-none-why = Versuchen Sie eine Nummer wie SYS-0001 oder weniger Buchstaben.
search-count = { $n ->
    [one] Ein Treffer
   *[other] { $n } Treffer
 }
search-cut = Die ersten { $n } Treffer. Mehr Buchstaben grenzen es ein.
palette = Gehe zu
palette-matches = Treffer
palette-none = Nichts gefunden. Die Eingabetaste durchsucht alles.
palette-how = Pfeiltasten wählen, Eingabetaste öffnet, Esc schließt
keys = Tasten
keys-rows = Nächste und vorige Zeile
keys-open = Zeile öffnen
close = Schließen
kept = Was Sie hier zuvor geschrieben haben, wurde nicht aufgezeichnet. Es liegt auf diesem Gerät.
kept-restore = Zurückholen
kept-forget = Vergessen
copied = Kopiert
copy = Kopieren
uncontrolled = Ausdruck unterliegt nicht der Lenkung
read-it = Ich habe es gelesen
read-occasion = Gelesen und bestätigt: { $policy }
