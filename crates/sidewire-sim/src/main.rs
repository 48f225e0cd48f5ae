//! Runs seeds of the simulator and tells what broke.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    sidewire_sim::cli::main()
}
