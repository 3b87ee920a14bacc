# Wörter für Werte, Zustände, Tage.
yes = Ja
no = Nein
value-missing = Noch nicht bekannt
value-erased = Gelöscht
value-lost = Fehlt, obwohl nichts es erlaubt: überprüfen Sie das Protokoll

state-conforms = Konform
state-excluded = Ausgeschlossen
state-no-rule-yet = Noch keine Regel
state-determination-due = Feststellung fällig
state-own-rule-not-met = Eigene Regel nicht erfüllt
state-not-evidenced = Nicht belegt
state-minor = Nebenabweichung
state-major = Hauptabweichung

day = { $day }. { $month } { $year }
month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember

pdca-plan = Planen
pdca-do = Durchführen
pdca-check = Prüfen
pdca-act = Handeln

clause-4 = Kontext der Organisation
clause-5 = Führung
clause-6 = Planung
clause-7 = Unterstützung
clause-8 = Betrieb
clause-9 = Bewertung der Leistung
clause-10 = Verbesserung
clause-A-2 = Richtlinien zu KI
clause-A-3 = Interne Organisation
clause-A-4 = Ressourcen für KI-Systeme
clause-A-5 = Bewertung von Auswirkungen
clause-A-6 = Lebenszyklus des KI-Systems
clause-A-7 = Daten für KI-Systeme
clause-A-8 = Informationen für interessierte Parteien
clause-A-9 = Nutzung von KI-Systemen
clause-A-10 = Dritte und Kunden
clause-own = Eigene der Organisation
