# Words for values, states, days.
yes = Yes
no = No
value-missing = Not known yet
value-erased = Erased
value-lost = Missing although nothing allows it: verify the ledger

state-conforms = Conforms
state-excluded = Excluded
state-no-rule-yet = No rule yet
state-determination-due = Determination due
state-own-rule-not-met = Own rule not met
state-not-evidenced = Not evidenced
state-minor = Minor nonconformity
state-major = Major nonconformity

day = { $day } { $month } { $year }
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

pdca-plan = Plan
pdca-do = Do
pdca-check = Check
pdca-act = Act

clause-4 = Context of the organization
clause-5 = Leadership
clause-6 = Planning
clause-7 = Support
clause-8 = Operation
clause-9 = Performance evaluation
clause-10 = Improvement
clause-A-2 = Policies related to AI
clause-A-3 = Internal organization
clause-A-4 = Resources for AI systems
clause-A-5 = Assessing impacts
clause-A-6 = AI system life cycle
clause-A-7 = Data for AI systems
clause-A-8 = Information for interested parties
clause-A-9 = Use of AI systems
clause-A-10 = Third parties and customers
clause-own = The organization's own
