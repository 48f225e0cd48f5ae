//! Explores small scopes of the sync engine and tells what broke.

fn main() -> std::process::ExitCode {
    sidewire_model::cli::main()
}
