//! The pages in a real browser: the main job with a mouse, with a keyboard only, without scripts.

use std::path::Path;
use std::process::Command;

use maillage_tests::Demo;

#[test]
fn the_main_job_is_done_with_a_mouse_with_a_keyboard_and_without_scripts() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/browser"));
    let installed = folder.join("node_modules").exists();
    assert!(installed, "install it first: npm ci --prefix tests/browser");
    let demo = Demo::start();
    let (nadia, karim) = (demo.account("nadia"), demo.account("karim"));
    let walk = Command::new("node")
        .arg(folder.join("walk.mjs"))
        .args([&nadia.url, &karim.url, &nadia.password])
        .output();
    let walk = walk.expect("Node.js is installed");
    let (said, failed) = (walk.stdout.as_slice(), walk.stderr.as_slice());
    let said = String::from_utf8_lossy(said) + String::from_utf8_lossy(failed);
    assert!(walk.status.success(), "{said}");
    print!("{said}");
}
