//! A release holds the web app in itself; when the app was built anew, so must this crate be.

use std::{env, path::Path};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Development builds read the files from the disk. The folder has to be there when they are compiled, else
    // they look for it under a path that never matches; the app may be built into it later.
    let _ = std::fs::create_dir_all("../../web/dist");
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        let dist = Path::new("../../web/dist");
        // Without this line a folder that appears later would not be noticed; with a missing one cargo asks
        // every time, which is right: it may be there by then.
        println!("cargo::rerun-if-changed={}", dist.display());
    }
}
