//! The npm packages, made of a release as the workflow makes them, and run by node.

use std::path::Path;

use super::{PROGRAM, said};
use crate::git::Git;

/// Tells whether npm is there; nobody needs it to build or use keysweep.
fn has_npm(git: &Git) -> bool {
    let there = git.command("npm").arg("--version").output().is_ok_and(|output| output.status.success());
    if !there {
        println!("skipped: npm is not installed");
    }
    there
}

/// Runs a shell command that must succeed.
#[track_caller]
fn shell(git: &Git, command: &str) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    let output =
        git.command("bash").args(["-euc", command, "bash", root, PROGRAM]).output().expect("bash is installed");
    assert!(output.status.success(), "{command}: {}", said(&output));
    said(&output)
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn the_npm_package_starts_the_program_of_its_platform() {
    let place = Git::outside();
    if !has_npm(&place) {
        return;
    }
    // A release of which this platform's program is real.
    shell(
        &place,
        r#"mkdir dist
        for target in x86_64-unknown-linux-musl aarch64-unknown-linux-musl x86_64-apple-darwin aarch64-apple-darwin x86_64-pc-windows-msvc; do
            name="keysweep-1.2.3-$target" program=keysweep
            [[ $target != *windows* ]] || program=keysweep.exe
            mkdir "$name"
            if [[ $target == x86_64-unknown-linux-musl ]]; then cp "$2" "$name/$program"; else echo other >"$name/$program"; fi
            tar -czf "dist/$name.tar.gz" "$name"
        done
        export GITHUB_REPOSITORY=someone/keysweep
        VERSION=v1.2.3 OUT="$PWD/packages" DRY_RUN=1 bash "$1/.ci/npm/publish.sh"
        export npm_config_cache="$PWD/cache"
        for package in keysweep linux-x64 win32-x64; do (cd "packages/$package" && npm pack --silent --pack-destination "$OLDPWD" >/dev/null); done
        mkdir -p node_modules/keysweep node_modules/@keysweep/linux-x64
        tar -xzf keysweep-1.2.3.tgz -C node_modules/keysweep --strip-components 1
        tar -xzf keysweep-linux-x64-1.2.3.tgz -C node_modules/@keysweep/linux-x64 --strip-components 1"#,
    );
    for package in ["keysweep", "linux-x64"] {
        let manifest = std::fs::read(place.file(format!("packages/{package}/package.json"))).expect("it was made");
        let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("it is JSON");
        assert_eq!(
            manifest["repository"]["url"], "git+https://github.com/someone/keysweep.git",
            "as provenance wants it"
        );
    }
    let node = |directory: &Path, arguments: &[&str]| {
        let mut command = place.command("node");
        command.arg(directory.join("node_modules/keysweep/keysweep.js")).args(arguments).output().expect("npm has node")
    };
    let output = node(place.path(), &["--version"]);
    assert_eq!(said(&output).trim(), format!("keysweep {}", env!("CARGO_PKG_VERSION")));
    let leak = place.write("leak.py", super::leak());
    let output = node(place.path(), &["scan", leak.to_str().expect("temporary paths are UTF-8")]);
    assert_eq!(output.status.code(), Some(1), "the exit code is the program's: {}", said(&output));
    std::fs::remove_dir_all(place.file("node_modules/@keysweep")).expect("it is there");
    let output = node(place.path(), &["--version"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).lines().count() == 1 && said(&output).contains("cargo install"), "{}", said(&output));
}
