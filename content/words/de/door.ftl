# Anmelden, und was jeder sehen darf.
sign-in = Anmelden
sign-in-name = E-Mail-Adresse
password = Passwort
sign-in-passkey = Mit Passkey anmelden
or = oder
code = Code aus Ihrer Authentifizierungs-App
code-or-recovery = Der Code oder einer Ihrer Wiederherstellungscodes
go-on = Weiter
organizations-none = Sie gehören hier keiner Organisation an
organizations-none-why = Bitten Sie diejenigen, die das Managementsystem betreiben, um eine Einladung.
