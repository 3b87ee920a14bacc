//! Who may do what: the seat against a second evaluator that knows neither the policy nor the seat, grants of roles against a small model, and what waits for people.

mod differential;
mod grants;
mod naive;
mod waits;
mod world;
