//! One test binary: what the compiler says, what it writes, and what hosts make of it.

mod bad_input;
mod cli;
mod coverage;
mod defects;
mod delivery;
mod determinism;
mod documents;
mod engine;
mod fresh;
mod hostile;
mod hosts;
mod layers;
mod mutation;
mod native;
mod readme;
mod rules;
mod sarif;
mod sites;
