api-title = Die JSON-Schnittstelle
api-about = Alles, was eine Seite kann. Angemeldet wird mit einem Token im Kopf der Anfrage oder mit der Sitzung des Browsers. Fehler sind Problemdokumente mit festem Code; jede Abfrage nimmt as_of.
api-takes = Nimmt
api-answers = Antwortet
