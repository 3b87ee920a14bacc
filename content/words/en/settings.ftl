# First run, setting up, and settings.
server-new = This server is new
server-new-lead = Nobody can sign in yet. Open the set-up address that the server printed when it started.
server-new-again = The address works for an hour. Start the server again to get another.
first-run-title = Set up this server
first-run-lead = Three steps, about five minutes. You make the first account; it administers this server.
first-run-step-account = Your account
first-run-step-organization = Your organization
first-run-step-findings = First findings
first-run-display = Your name
first-run-display-help = As others see it.
first-run-name-help = You sign in with it.
first-run-passkey = Go on with a passkey
first-run-password = Go on with a password
organization-new = New organization
organization-new-lead = Each organization has its own records, ledger and key. You become its first person and hold the roles top management and AIMS manager until they are given to others.
organization-name = Name of the organization
organization-name-help = The name it goes by. The legal name, units and sites can be recorded afterwards.
organization-slug = Name in addresses
organization-slug-help = Lower-case letters, digits and hyphens, such as tessel. Left empty, it is made from the name. It stays.
organization-person = Your name on record
organization-person-help = Acts, signatures and roles name this person. It is kept sealed and can be erased.
organization-found = Found the organization

nav-settings = Settings
setting-up-title = Setting up
setting-up-lead = What an auditor asks for first. Take the steps in any order and leave out what comes later; each is done when the records show it.
setting-up-done = { $have } of { $of } steps done
setting-up-findings = See the first findings
setting-up-all = All steps
step-done = Done
step-open = Open
step-roles = Say which AI roles the organization holds
step-roles-why = Clause 4.1 asks for it, and duties follow from it.
step-roles-how = For each AI system the role is determined again, since one organization may develop one system and buy the next.
step-roles-record = Record the roles
step-parameters = Set your own intervals
step-parameters-why = The standard speaks of planned intervals. Take what practice proposes as drafts; another person approves each.
step-people = Invite colleagues
step-people-why = Nobody approves their own work, so two people are the least.
step-systems = Bring in what exists
step-systems-why = Model cards, bills of material and spreadsheets of AI systems or risks.
step-policy = Write the AI policy
step-policy-why = Clause 5.2. Top management approves it.
step-scope = State the scope
step-scope-why = Clause 4.3. It names units, sites, activities and the AI systems covered.
ai-role-provider = Offers AI systems, or services that use them, to others
ai-role-producer = Designs, develops, tests and deploys AI systems
ai-role-customer = Obtains AI systems from others
ai-role-user = Uses AI systems in its work
ai-role-partner = Supports others with data, evaluation or audit
ai-role-subject = Is affected by AI systems, or gives data to them
ai-role-authority = Sets rules for AI, or supervises it

settings-organization = Organization
settings-parameters = Parameters
settings-people = People and roles
settings-kinds = Own kinds
settings-server = Server
settings-open = { $n ->
    [one] One step of setting up is open.
   *[other] { $n } steps of setting up are open.
 }
settings-organization-amend = Change what is recorded
settings-organization-none = The organization has no record of its own
settings-organization-record = Record the organization
settings-frameworks = Frameworks in force
settings-frameworks-why = Every framework listed here is decided from the same records.
settings-framework = Framework
settings-edition = Edition
settings-publisher = Publisher
settings-items = Requirements and controls
settings-ledger = Ledger
settings-ledger-why = Hand this key to your auditor by another way than the bundle. With it anybody can verify what this organization recorded.
settings-log = Name of the log
settings-key = Verifier key

parameters-lead = Intervals and thresholds that decide verdicts. A value counts once its record is in force; whoever wrote it cannot approve it.
parameters-set = { $have } of { $of } parameters are in force
parameters-proposed = { $n ->
    [one] One draft is recorded. Another person approves it.
   *[other] { $n } drafts are recorded. Another person approves each of them.
 }
parameters-choose = Choose
parameters-pick = Propose: { $parameter }
parameters-parameter = Parameter
parameters-value = In force
parameters-practice = Practice proposes
parameters-rests = Rests on it
parameters-rests-none = No rule
parameters-approved = approved by { $person } on { $day }
parameters-contradicted = Several values in force: none counts
parameters-draft = Draft
parameters-not-set = Not set
parameters-propose = Record the chosen ones as drafts
parameters-propose-why = Nothing is set by this. Each draft names its value and why practice takes it; change it, say why it fits here, and let another person approve it.
duration-years = { $n ->
    [one] 1 year
   *[other] { $n } years
 }
duration-months = { $n ->
    [one] 1 month
   *[other] { $n } months
 }
duration-weeks = { $n ->
    [one] 1 week
   *[other] { $n } weeks
 }
duration-days = { $n ->
    [one] 1 day
   *[other] { $n } days
 }
duration-window = from { $from } to { $to }
duration-high-tier = { $all }; high tier { $high }

people-search = Name or number
people-find = Find
people-none = Nobody matches
people-count = { $n ->
    [one] 1 person
   *[other] { $n } people
 }
people-roles = Roles held
people-roles-none = No role
people-access = Access
people-signs-in = Signs in
people-invited = Invited
people-no-access = No access
people-until = Access until { $moment }
people-pages = Pages
people-range = { $from } to { $until } of { $of }
people-before = Previous page
people-after = Next page
people-open = Open invitations
people-open-until = open until { $moment }
invite-title = Invite someone
invite-lead = They get a link that works once, for seven days. Whoever is not on record yet is recorded first.
invite-employment = Employment
invite-name-help = The link goes there where mail is set up, and they sign in with it.
invite-role = Role
invite-role-help = It is proposed. Top management or the governing body assigns it, and nobody assigns a role to themselves.
invite-role-none = None yet
invite-until = Access ends after
invite-until-help = An external auditor always has an end, at most 90 days ahead.
invite-auditor = External auditor
invite-auditor-help = Reads and verifies within the scope, takes evidence away in a bundle, and changes nothing.
invite-auditor-is = This is an auditor from outside
invite-scope = Scope of the audit
invite-scope-help = Nothing chosen means all that external auditors may read.
invite-send = Invite
invited-title = Invited
invited-lead = { $name } is invited.
invited-once = This link is shown once. Hand it over yourself where no mail is set up.
invited-person = To the person
invited-more = Invite another
person-record = The person's record
person-roles = Roles
person-role = Role
person-from = From
person-to = To
person-by = Assigned by
person-assign = Assign
person-end = End
person-propose = Propose a role
person-propose-why = A role is proposed with its responsibility and authority, then assigned by top management or the governing body.
person-invite = Invite this person
person-invite-again = Send another link
person-invite-withdraw = Withdraw the invitation
person-since = Access since
person-until = Access ends
person-scope-all = All that external auditors may read
person-own = This is your own access. Another person who may ends it.
person-access-end = End access
person-shut = Shut the account
person-open = Open the account
person-shut-is = Account is shut

kinds-lead = { $n } kinds of record are in force. An organization adds its own kinds, and fields to those of the product, as files in the folder kinds beside its records.
kinds-errors = The files on disk cannot be taken up
kinds-changed = The files on disk differ from what is in force. They are taken up when the server starts again.
kinds-none = No kinds of its own
kinds-none-why = The kinds of the product cover ISO/IEC 42001. Add a file when a register is missing.
kinds-files = Files
kinds-not-in-force = not in force
kinds-own = Registers of its own
kinds-extra = Fields added to kinds of the product
kinds-fields = { $n ->
    [one] 1 field
   *[other] { $n } fields
 }
server-lead = For whoever administers this server. That alone gives no look into any organization.
server-version = Version
server-address = Address
server-space = Space taken by this organization
server-entries = Entries of its ledger
server-checkpoint = Newest checkpoint
server-checkpoint-of = covers entry { $entry } of { $moment }
server-checkpoint-none = None signed yet
server-providers = Sign-on providers
server-providers-none = None; people sign in with passkeys and passwords
server-accounts = Accounts
server-accounts-why = All accounts of this server. Shut one on the person's page.
server-admin = Administers the server
server-open = Signs in
server-sessions-end = End all sessions
server-more = { $n ->
    [one] One more account is not listed.
   *[other] { $n } more accounts are not listed.
 }
