# Erster Start, Einrichten, Einstellungen.
server-new = Dieser Server ist neu
server-new-lead = Noch kann sich niemand anmelden. Öffnen Sie die Einrichtungsadresse, die der Server beim Start ausgegeben hat.
server-new-again = Die Adresse gilt eine Stunde. Ein neuer Start des Servers gibt eine andere aus.
first-run-title = Diesen Server einrichten
first-run-lead = Drei Schritte, etwa fünf Minuten. Sie legen das erste Konto an; es verwaltet diesen Server.
first-run-step-account = Ihr Konto
first-run-step-organization = Ihre Organisation
first-run-step-findings = Erste Feststellungen
first-run-display = Ihr Name
first-run-display-help = So, wie andere ihn sehen.
first-run-name-help = Damit melden Sie sich an.
first-run-passkey = Weiter mit einem Passkey
first-run-password = Weiter mit einem Passwort
organization-new = Neue Organisation
organization-new-lead = Jede Organisation hat eigene Aufzeichnungen, ein eigenes Protokoll und einen eigenen Schlüssel. Sie werden ihre erste Person und haben die Rollen oberste Leitung und AIMS-Verantwortliche, bis andere sie erhalten.
organization-name = Name der Organisation
organization-name-help = Der Name, unter dem sie auftritt. Eingetragener Name, Einheiten und Standorte lassen sich danach aufzeichnen.
organization-slug = Name in Adressen
organization-slug-help = Kleinbuchstaben, Ziffern und Bindestriche, etwa tessel. Bleibt das Feld leer, entsteht er aus dem Namen. Er bleibt.
organization-person = Ihr Name in den Aufzeichnungen
organization-person-help = Handlungen, Unterschriften und Rollen nennen diese Person. Der Name liegt versiegelt und lässt sich löschen.
organization-found = Organisation gründen

nav-settings = Einstellungen
setting-up-title = Einrichten
setting-up-lead = Wonach ein Auditor zuerst fragt. Die Reihenfolge ist frei, jeder Schritt kann warten; er ist getan, sobald die Aufzeichnungen es zeigen.
setting-up-done = { $have } von { $of } Schritten getan
setting-up-findings = Die ersten Feststellungen ansehen
setting-up-all = Alle Schritte
step-done = Getan
step-open = Offen
step-roles = Festhalten, welche KI-Rollen die Organisation hat
step-roles-why = Abschnitt 4.1 verlangt es, und Pflichten folgen daraus.
step-roles-how = Für jedes KI-System wird die Rolle erneut bestimmt, denn wer das eine entwickelt, kauft das andere.
step-roles-record = Rollen aufzeichnen
step-parameters = Eigene Abstände festlegen
step-parameters-why = Die Norm spricht von geplanten Abständen. Übernehmen Sie als Entwurf, was die Praxis vorschlägt; eine andere Person genehmigt jeden.
step-people = Kolleginnen und Kollegen einladen
step-people-why = Niemand genehmigt die eigene Arbeit; zwei Personen sind das Mindeste.
step-systems = Vorhandenes übernehmen
step-systems-why = Modellkarten, Stücklisten und Tabellen mit KI-Systemen oder Risiken.
step-policy = Die KI-Richtlinie schreiben
step-policy-why = Abschnitt 5.2. Die oberste Leitung genehmigt sie.
step-scope = Den Anwendungsbereich festlegen
step-scope-why = Abschnitt 4.3. Er nennt Einheiten, Standorte, Tätigkeiten und die erfassten KI-Systeme.
ai-role-provider = Bietet anderen KI-Systeme oder Dienste damit an
ai-role-producer = Entwirft, entwickelt, prüft und verteilt KI-Systeme
ai-role-customer = Bezieht KI-Systeme von anderen
ai-role-user = Nutzt KI-Systeme in der eigenen Arbeit
ai-role-partner = Unterstützt andere mit Daten, Bewertung oder Audit
ai-role-subject = Ist von KI-Systemen betroffen oder gibt ihnen Daten
ai-role-authority = Setzt Regeln für KI oder beaufsichtigt sie

settings-organization = Organisation
settings-parameters = Parameter
settings-people = Personen und Rollen
settings-kinds = Eigene Arten
settings-server = Server
settings-open = { $n ->
    [one] Ein Schritt des Einrichtens ist offen.
   *[other] { $n } Schritte des Einrichtens sind offen.
 }
settings-organization-amend = Aufzeichnung ändern
settings-organization-none = Die Organisation hat keine eigene Aufzeichnung
settings-organization-record = Organisation aufzeichnen
settings-frameworks = Geltende Rahmenwerke
settings-frameworks-why = Jedes hier genannte Rahmenwerk wird aus denselben Aufzeichnungen beurteilt.
settings-framework = Rahmenwerk
settings-edition = Ausgabe
settings-publisher = Herausgeber
settings-items = Anforderungen und Maßnahmen
settings-ledger = Protokoll
settings-ledger-why = Geben Sie diesen Schlüssel auf einem anderen Weg als das Bündel an Ihren Auditor. Damit lässt sich prüfen, was diese Organisation aufgezeichnet hat.
settings-log = Name des Protokolls
settings-key = Prüfschlüssel

parameters-lead = Abstände und Schwellen, die über Feststellungen entscheiden. Ein Wert zählt, sobald seine Aufzeichnung in Kraft ist; wer ihn schrieb, kann ihn nicht genehmigen.
parameters-set = { $have } von { $of } Parametern sind in Kraft
parameters-proposed = { $n ->
    [one] Ein Entwurf ist aufgezeichnet. Eine andere Person genehmigt ihn.
   *[other] { $n } Entwürfe sind aufgezeichnet. Eine andere Person genehmigt jeden.
 }
parameters-choose = Auswählen
parameters-pick = Vorschlagen: { $parameter }
parameters-parameter = Parameter
parameters-value = In Kraft
parameters-practice = Die Praxis schlägt vor
parameters-rests = Darauf beruht
parameters-rests-none = Keine Regel
parameters-approved = genehmigt von { $person } am { $day }
parameters-contradicted = Mehrere Werte in Kraft: keiner zählt
parameters-draft = Entwurf
parameters-not-set = Nicht festgelegt
parameters-propose = Ausgewählte als Entwürfe aufzeichnen
parameters-propose-why = Damit ist nichts festgelegt. Jeder Entwurf nennt den Wert und warum die Praxis ihn nimmt; ändern Sie ihn, sagen Sie, warum er hier passt, und lassen Sie ihn von einer anderen Person genehmigen.
duration-years = { $n ->
    [one] 1 Jahr
   *[other] { $n } Jahre
 }
duration-months = { $n ->
    [one] 1 Monat
   *[other] { $n } Monate
 }
duration-weeks = { $n ->
    [one] 1 Woche
   *[other] { $n } Wochen
 }
duration-days = { $n ->
    [one] 1 Tag
   *[other] { $n } Tage
 }
duration-window = { $from } bis { $to }
duration-high-tier = { $all }; hohe Stufe { $high }

people-search = Name oder Nummer
people-find = Suchen
people-none = Niemand entspricht der Suche
people-count = { $n ->
    [one] 1 Person
   *[other] { $n } Personen
 }
people-roles = Rollen
people-roles-none = Keine Rolle
people-access = Zugang
people-signs-in = Meldet sich an
people-invited = Eingeladen
people-no-access = Kein Zugang
people-until = Zugang bis { $moment }
people-pages = Seiten
people-range = { $from } bis { $until } von { $of }
people-before = Vorige Seite
people-after = Nächste Seite
people-open = Offene Einladungen
people-open-until = offen bis { $moment }
invite-title = Jemanden einladen
invite-lead = Sie erhalten einen Link, der einmal gilt, sieben Tage lang. Wer noch nicht aufgezeichnet ist, wird zuerst aufgezeichnet.
invite-employment = Beschäftigung
invite-name-help = Dorthin geht der Link, wenn E-Mail eingerichtet ist; damit melden sie sich an.
invite-role = Rolle
invite-role-help = Sie wird vorgeschlagen. Oberste Leitung oder Aufsichtsorgan weist sie zu, und niemand weist sich selbst eine Rolle zu.
invite-role-none = Noch keine
invite-until = Zugang endet nach dem
invite-until-help = Externe Auditoren haben immer ein Ende, höchstens 90 Tage voraus.
invite-auditor = Externer Auditor
invite-auditor-help = Liest und prüft im vereinbarten Umfang, nimmt Nachweise in einem Bündel mit und ändert nichts.
invite-auditor-is = Dies ist ein Auditor von außen
invite-scope = Umfang des Audits
invite-scope-help = Ohne Auswahl gilt alles, was externe Auditoren lesen dürfen.
invite-send = Einladen
invited-title = Eingeladen
invited-lead = { $name } ist eingeladen.
invited-once = Dieser Link wird einmal gezeigt. Geben Sie ihn selbst weiter, wenn keine E-Mail eingerichtet ist.
invited-person = Zur Person
invited-more = Weitere einladen
person-record = Aufzeichnung der Person
person-roles = Rollen
person-role = Rolle
person-from = Von
person-to = Bis
person-by = Zugewiesen von
person-assign = Zuweisen
person-end = Beenden
person-propose = Eine Rolle vorschlagen
person-propose-why = Eine Rolle wird mit Verantwortung und Befugnis vorgeschlagen und dann von der obersten Leitung oder dem Aufsichtsorgan zugewiesen.
person-invite = Diese Person einladen
person-invite-again = Neuen Link senden
person-invite-withdraw = Einladung zurückziehen
person-since = Zugang seit
person-until = Zugang endet
person-scope-all = Alles, was externe Auditoren lesen dürfen
person-own = Dies ist Ihr eigener Zugang. Eine andere berechtigte Person beendet ihn.
person-access-end = Zugang beenden
person-shut = Konto sperren
person-open = Konto öffnen
person-shut-is = Konto ist gesperrt

kinds-lead = { $n } Arten von Aufzeichnungen sind in Kraft. Eine Organisation fügt eigene Arten und Felder als Dateien im Ordner kinds neben ihren Aufzeichnungen hinzu.
kinds-errors = Die Dateien lassen sich nicht übernehmen
kinds-changed = Die Dateien weichen von dem ab, was in Kraft ist. Sie werden beim nächsten Start des Servers übernommen.
kinds-none = Keine eigenen Arten
kinds-none-why = Die Arten des Produkts decken ISO/IEC 42001 ab. Fügen Sie eine Datei hinzu, wenn ein Register fehlt.
kinds-files = Dateien
kinds-not-in-force = nicht in Kraft
kinds-own = Eigene Register
kinds-extra = Felder, die zu Arten des Produkts hinzukamen
kinds-fields = { $n ->
    [one] 1 Feld
   *[other] { $n } Felder
 }
server-lead = Für alle, die diesen Server verwalten. Einblick in eine Organisation folgt daraus nicht.
server-version = Version
server-address = Adresse
server-space = Platz, den diese Organisation belegt
server-entries = Einträge im Protokoll
server-checkpoint = Neuester Prüfpunkt
server-checkpoint-of = umfasst Eintrag { $entry } vom { $moment }
server-checkpoint-none = Noch keiner unterschrieben
server-providers = Anbieter für die Anmeldung
server-providers-none = Keine; angemeldet wird mit Passkeys und Passwörtern
server-accounts = Konten
server-accounts-why = Alle Konten dieses Servers. Gesperrt wird auf der Seite der Person.
server-admin = Verwaltet den Server
server-open = Meldet sich an
server-sessions-end = Alle Sitzungen beenden
server-more = { $n ->
    [one] Ein weiteres Konto ist nicht genannt.
   *[other] { $n } weitere Konten sind nicht genannt.
 }
