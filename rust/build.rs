// SPDX-License-Identifier: MIT
//! Finds libhakmem.a in HAKMEM_LIB_DIR, or builds it from the sources beside this folder, with its own names only.
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

fn run(command: &mut Command) {
    let status = command
        .status()
        .unwrap_or_else(|e| panic!("{command:?}: {e}"));
    assert!(status.success(), "{command:?}: {status}");
}

fn build(source: &Path, target: &Path) -> PathBuf {
    let configure = source.join("configure");
    assert!(
        configure.exists(),
        "no {}: in a git checkout, run ./bootstrap first",
        configure.display()
    );
    std::fs::create_dir_all(target).expect("a folder to build in");
    if !target.join("config.status").exists() {
        let mut command = Command::new(&configure);
        command
            .current_dir(target)
            .args(["-q", "--disable-override", "--disable-shared"]);
        let (host, build) = (env::var("TARGET").unwrap(), env::var("HOST").unwrap());
        if host != build {
            command.arg(format!("--host={host}"));
        }
        run(&mut command);
    }
    // Not under the job server of cargo, whose descriptors make would not find.
    run(Command::new("make")
        .current_dir(target)
        .env_remove("MAKEFLAGS")
        .env_remove("MFLAGS")
        .args(["-s", "libhakmem.la"]));
    target.join(".libs")
}

fn main() {
    println!("cargo:rerun-if-env-changed=HAKMEM_LIB_DIR");
    let folder = match env::var_os("HAKMEM_LIB_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => {
            let own = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap());
            let source = own.parent().expect("a folder above this one").to_path_buf();
            for name in ["lib", "include", "configure"] {
                println!("cargo:rerun-if-changed={}", source.join(name).display());
            }
            build(
                &source,
                &PathBuf::from(env::var_os("OUT_DIR").unwrap()).join("libhakmem"),
            )
        }
    };
    println!("cargo:rustc-link-search=native={}", folder.display());
    println!("cargo:rustc-link-lib=static=hakmem");
}
