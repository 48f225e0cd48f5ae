//! Runs seeds of the simulator and tells what broke.

fn main() -> std::process::ExitCode {
    sidewire_sim::cli::main()
}
