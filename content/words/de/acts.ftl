# Was mit Aufzeichnungen getan wird.
optional = freiwillig
error = Fehler
unit = Einheit
unit-days = Tage
unit-weeks = Wochen
unit-months = Monate
unit-years = Jahre
currency = Währung, drei Buchstaben
one-a-line = Je Zeile ein Eintrag.
narrow-list = Liste eingrenzen
add-by-number = mit Nummer hinzufügen
several-numbers = Nummer einer Aufzeichnung; mehrere mit Kommas dazwischen.
remove = Entfernen
add-row = Zeile hinzufügen
attach = Datei anfügen
file-later = Erst aufzeichnen; dann kann eine Datei angefügt werden.
needed-before = Nötig vor: { $states }.
lets-lapse = { $n ->
    [one] Wird dies geändert, verfällt eine Unterschrift.
   *[other] Wird dies geändert, verfallen { $n } Unterschriften.
 }
amend-title = { $name } ändern
record-it = Aufzeichnen
record-change = Änderung aufzeichnen
nothing-changed = Nichts weicht von dem ab, was gilt. Ändern Sie etwas oder brechen Sie ab.
errors-title = { $n ->
    [one] Eine Angabe braucht noch einen Blick
   *[other] { $n } Angaben brauchen noch einen Blick
 }
act-not-recorded = Es wurde nichts aufgezeichnet
draft-kept = Der Entwurf ist aufgehoben. Er ist noch keine Aufzeichnung, und nur Sie sehen ihn.
draft-of = Sie haben einen Entwurf liegen: { $name }, { $moment }.
draft-go-on = Daran weiterarbeiten
draft-forget = Verwerfen
draft-keep = Als Entwurf aufheben
why-help = Steht neben dem Vorgang im Verzeichnis.
conflict-title = Jemand anderes war schneller
conflict-why = Die Aufzeichnung hat sich geändert, seit Sie das Formular geöffnet haben. Nichts von Ihnen ist verloren: Wählen Sie Feld für Feld und zeichnen Sie dann die Änderung auf.
conflict-fields = Was voneinander abweicht
conflict-before = Als Sie öffneten
conflict-wanted = Was Sie wollen
conflict-now = Was jetzt gilt
take-mine = Meines nehmen
take-theirs = Stehen lassen, was gilt
stays-theirs = Bleibt, wie es steht; Sie haben es nicht geändert.
verb-not-now = Das geht jetzt nicht.
becomes = wird
who-may = Wer darf
signed-is = Was eine Unterschrift besagt
who-signs = Wer unterschreibt
who-not = Wer nicht unterschreiben darf
apart-editors = wer den Inhalt geschrieben hat
first = Was zuerst gelten muss
is-met = Erfüllt
is-unmet = Noch nicht erfüllt
need-field = { $field } ist ausgefüllt
what-is-signed = Was Sie unterschreiben
digest = SHA-256 über genau diesen Inhalt
sign-title = Unterschreiben: { $meaning }
sign-only = Unterschreiben
withdraw = Aufzeichnung zurückziehen
withdraw-about = Für eine Aufzeichnung, die ein Irrtum war. Sie bleibt mit ihrem Verlauf lesbar und ist von nun an für nichts ein Nachweis.
step-up-why = Eine Unterschrift verlangt Ihr Passwort noch einmal, falls Sie es nicht in den letzten zehn Minuten angegeben haben.
back-to-record = Zurück zur Aufzeichnung
passkey-sign-title = Mit Ihrem Passkey unterschreiben
passkey-sign-lead = Ihr Passkey unterschreibt den Prüfwert dieser Handlung. Wer das Bündel hat, kann das ohne diesen Server prüfen.
passkey-sign = Mit Passkey unterschreiben
passkey-cancelled-sign = Der Passkey wurde nicht verwendet, und nichts ist unterschrieben. Versuchen Sie es erneut oder brechen Sie ab.
with-passkey = { $deed } (mit Passkey)
without-passkey = { $deed } (ohne Passkey)
