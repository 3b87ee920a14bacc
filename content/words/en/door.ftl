# Signing in, and what anyone may see.
sign-in = Sign in
sign-in-name = E-mail address
password = Password
sign-in-passkey = Sign in with a passkey
or = or
code = Code from your authenticator app
code-or-recovery = The code, or one of your recovery codes
go-on = Go on
organizations-none = You are no member of an organization here
organizations-none-why = Ask whoever runs the management system for an invitation.
