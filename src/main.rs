//! The `keysweep` command.

fn main() {}
