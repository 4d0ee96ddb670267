//! The commands as they are typed: the real program, on private servers of its own.

use std::path::Path;
use std::process::{Command, Output};

/// Runs `stockdesk` with `args` in the data folder `data`.
pub fn stockdesk(data: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stockdesk"))
        .args(args)
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .env("STOCKDESK_DATA_DIR", data)
        .output()
        .expect("the program runs")
}

/// What it printed, when it ended with `code`.
pub fn printed(output: &Output, code: i32) -> String {
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    String::from_utf8(output.stdout.clone()).expect("text")
}

#[test]
fn a_stock_file_is_imported_verified_and_not_imported_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let early = stockdesk(&data, &["verify"]);
    let text = String::from_utf8_lossy(&early.stderr).into_owned();
    assert_eq!(early.status.code(), Some(1), "{text}");
    assert!(text.contains("stockdesk migrate"), "{text}");
    let file = folder.path().join("stock.csv");
    let path = file.to_str().expect("text");
    std::fs::write(
        &file,
        "warehouse,sku,name,available\nSZ-01,CUP-1,杯子,10\nSZ-01,B,x,y\n",
    )
    .expect("a file");
    let bad = stockdesk(&data, &["import-stock", path]);
    let text = String::from_utf8_lossy(&bad.stderr).into_owned();
    assert_eq!(bad.status.code(), Some(1), "{text}");
    assert!(
        text.contains("line 3: available must be a whole number"),
        "{text}"
    );
    assert!(text.contains("nothing was imported"), "{text}");
    std::fs::write(&file, "warehouse,sku,name,available\nSZ-01,CUP-1,杯子,10\n").expect("a file");
    let first = printed(&stockdesk(&data, &["import-stock", path]), 0);
    assert!(first.starts_with("imported: 1 new, 0 set"), "{first}");
    let again = printed(&stockdesk(&data, &["import-stock", path]), 0);
    assert!(again.contains("nothing was done"), "{again}");
    let report = printed(&stockdesk(&data, &["verify"]), 0);
    assert!(report.contains("1 SKUs, 0 entries"), "{report}");
    assert!(report.contains("all 6 invariants held"), "{report}");
}
