// SPDX-License-Identifier: MIT
//! A program with libhakmem as its global allocator: what Rust asks of one, with threads, alignments, zeroes; bad frees.
use std::alloc::{alloc, alloc_zeroed, dealloc, realloc, Layout};
use std::collections::HashMap;
use std::process::Command;
use std::thread;

#[global_allocator]
static GLOBAL: hakmem::Hakmem = hakmem::Hakmem;

const SIZES: [usize; 9] = [1, 8, 24, 100, 1000, 5000, 70_000, 300_000, 5_000_000];

#[test]
fn blocks_are_ours() {
    let text = "x".repeat(100);
    assert!(unsafe { hakmem::usable_size(text.as_ptr()) } >= 100);
    assert_eq!(hakmem::check(), 0);
}

#[test]
fn every_alignment() {
    for shift in 0..=16 {
        for size in SIZES {
            let layout = Layout::from_size_align(size, 1 << shift).unwrap();
            unsafe {
                let p = alloc(layout);
                assert_eq!(p as usize % layout.align(), 0);
                p.write_bytes(0xa5, size);
                dealloc(p, layout);
                let p = alloc_zeroed(layout);
                assert_eq!(p as usize % layout.align(), 0);
                assert!((0..size).all(|i| *p.add(i) == 0));
                p.write_bytes(0x5a, size);
                let q = realloc(p, layout, size * 2);
                assert_eq!(q as usize % layout.align(), 0);
                assert!((0..size).all(|i| *q.add(i) == 0x5a));
                let layout = Layout::from_size_align(size * 2, 1 << shift).unwrap();
                let q = realloc(q, layout, 1);
                assert_eq!(*q, 0x5a);
                dealloc(q, Layout::from_size_align(1, 1 << shift).unwrap());
            }
        }
    }
}

#[test]
fn threads_share_and_free() {
    let words: Vec<_> = (0..8)
        .map(|n| {
            thread::spawn(move || {
                (0..20_000)
                    .map(|i| (i * n, format!("{i} of {n}")))
                    .collect::<HashMap<_, _>>()
            })
        })
        .map(|t| t.join().unwrap())
        .collect();
    assert_eq!(words[7][&7], "1 of 7");
    thread::spawn(move || drop(words)).join().unwrap();
    assert_eq!(hakmem::check(), 0);
}

#[test]
fn figures() {
    let block = vec![1u8; 40 << 20];
    let stats = hakmem::stats();
    assert!(stats.large >= 40 << 20 && stats.n_large >= 1);
    assert!(stats.mapped >= 40 << 20);
    assert_eq!(block[block.len() - 1], 1);
    let classes: Vec<_> = hakmem::class_stats().collect();
    assert!(classes.len() > 50 && classes[0].size == 16);
    assert!(classes.iter().any(|c| c.n_live > 0));
}

#[test]
fn options() {
    hakmem::set_option("purge_delay", "123").unwrap();
    assert_eq!(hakmem::option("purge_delay").as_deref(), Some("123"));
    assert!(hakmem::set_option("purge_delay", "soon").is_err());
    assert!(hakmem::set_option("no_such", "1").is_err());
    assert_eq!(hakmem::option("no_such"), None);
    assert!(hakmem::config().contains("override: no"));
    assert_eq!(hakmem::version(), env!("CARGO_PKG_VERSION"));
    hakmem::trim(0);
}

/// Runs itself again as the one test that frees badly.
fn ends_with(what: &str, line: &str) {
    let out = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--ignored", "--nocapture", what])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(!out.status.success(), "{what} went well");
    assert!(said.contains(line), "{said}");
}

#[test]
fn bad_frees_are_told() {
    ends_with("frees_twice", "double free");
    ends_with("frees_with_wrong_size", "wrong size");
}

#[test]
#[ignore = "run by bad_frees_are_told"]
fn frees_twice() {
    let layout = Layout::from_size_align(200, 8).unwrap();
    unsafe {
        let p = alloc(layout);
        dealloc(p, layout);
        dealloc(p, layout);
    }
}

#[test]
#[ignore = "run by bad_frees_are_told"]
fn frees_with_wrong_size() {
    unsafe {
        let p = alloc(Layout::from_size_align(200, 8).unwrap());
        dealloc(p, Layout::from_size_align(2000, 8).unwrap());
    }
}
