//! Tells the browser tests where the backend is: wasm has no environment at run time.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(sidewire_backend)");
    println!("cargo::rerun-if-changed=build.rs");
    let mut complete = true;
    for name in ["SIDEWIRE_TEST_API", "SIDEWIRE_TEST_PUSH", "SIDEWIRE_TEST_KEY", "SIDEWIRE_TEST_TOKEN"] {
        println!("cargo::rerun-if-env-changed={name}");
        match std::env::var(name) {
            Ok(value) => println!("cargo::rustc-env={name}={value}"),
            Err(_) => complete = false,
        }
    }
    if complete {
        println!("cargo::rustc-cfg=sidewire_backend");
    }
}
