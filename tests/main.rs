//! The one integration-test binary: one module per subject.

mod cli;
mod clients;
mod engine;
mod examples;
mod fix;
mod floors;
mod git;
mod history;
mod hooks;
mod inputs;
mod inventory;
mod issuers;
mod lint;
mod report;
mod rules;
mod structured;
mod unknown;
mod versions;
