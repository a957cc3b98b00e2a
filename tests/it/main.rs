//! One test binary: what the compiler says, what it writes, and what hosts make of it.

mod documents;
mod engine;
mod hosts;
mod native;
mod readme;
