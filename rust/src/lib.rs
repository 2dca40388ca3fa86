// SPDX-License-Identifier: MIT
//! libhakmem as a Rust program's global allocator, and what it tells of itself.
//!
//! ```
//! #[global_allocator]
//! static GLOBAL: hakmem::Hakmem = hakmem::Hakmem;
//!
//! let words: Vec<String> = (0..1000).map(|i| format!("word {i}")).collect();
//! assert!(hakmem::stats().allocated > 1000);
//! drop(words);
//! ```
//!
//! Its blocks come by libhakmem's own names, so the malloc of the program's C libraries stays what it is.
#![warn(missing_docs)]

use std::alloc::{GlobalAlloc, Layout};
use std::ffi::{CStr, CString};
use std::io;
use std::mem::size_of;
use std::os::raw::{c_char, c_int, c_uint, c_void};
use std::ptr;

extern "C" {
    fn hakmem_malloc(size: usize) -> *mut c_void;
    fn hakmem_calloc(count: usize, size: usize) -> *mut c_void;
    fn hakmem_aligned_alloc(alignment: usize, size: usize) -> *mut c_void;
    fn hakmem_realloc(ptr: *mut c_void, size: usize) -> *mut c_void;
    fn hakmem_free_sized(ptr: *mut c_void, size: usize);
    fn hakmem_free_aligned_sized(ptr: *mut c_void, alignment: usize, size: usize);
    fn hakmem_malloc_usable_size(ptr: *mut c_void) -> usize;
    fn hakmem_stats_get(stats: *mut Stats, size: usize) -> usize;
    fn hakmem_class_stats_get(idx: c_uint, stats: *mut ClassStats, size: usize) -> usize;
    fn hakmem_check() -> usize;
    fn hakmem_config() -> *const c_char;
    fn hakmem_version() -> *const c_char;
    fn hakmem_option_set(name: *const c_char, value: *const c_char) -> c_int;
    fn hakmem_option_get(name: *const c_char, value: *mut c_char, size: usize) -> usize;
    fn hakmem_trim(target: usize) -> usize;
}

/// What every block of libhakmem's is aligned to.
const ALIGNMENT: usize = 16;

/// The allocator: name it `#[global_allocator]`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hakmem;

// SAFETY: libhakmem's functions do what GlobalAlloc asks for. Sizes are at most isize::MAX and alignments powers of two,
// as Layout has them; none of the functions unwinds.
unsafe impl GlobalAlloc for Hakmem {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() <= ALIGNMENT {
            hakmem_malloc(layout.size()).cast()
        } else {
            hakmem_aligned_alloc(layout.align(), layout.size()).cast()
        }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        if layout.align() <= ALIGNMENT {
            hakmem_free_sized(ptr.cast(), layout.size())
        } else {
            hakmem_free_aligned_sized(ptr.cast(), layout.align(), layout.size())
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.align() <= ALIGNMENT {
            return hakmem_calloc(1, layout.size()).cast();
        }
        let block = self.alloc(layout);
        if !block.is_null() {
            ptr::write_bytes(block, 0, layout.size());
        }
        block
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if layout.align() <= ALIGNMENT {
            return hakmem_realloc(ptr.cast(), new_size).cast();
        }
        let block = self.alloc(Layout::from_size_align_unchecked(new_size, layout.align()));
        if !block.is_null() {
            ptr::copy_nonoverlapping(ptr, block, layout.size().min(new_size));
            self.dealloc(ptr, layout);
        }
        block
    }
}

/// How many bytes of a block may be used.
///
/// # Safety
/// `ptr` must be a live block of [`Hakmem`]'s.
pub unsafe fn usable_size(ptr: *const u8) -> usize {
    hakmem_malloc_usable_size(ptr as *mut c_void)
}

/// The heap in figures, as `struct hakmem_stats`: bytes, unless it says otherwise.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// In live blocks, rounded up to their classes.
    pub allocated: u64,
    /// In blocks that threads' caches hold.
    pub cached: u64,
    /// In blocks on their way home to their slabs, freed by threads of other heaps.
    pub in_flight: u64,
    /// In free blocks of slabs in use, and rests of slabs and runs.
    pub slab_free: u64,
    /// In slabs, runs and large blocks in use.
    pub active: u64,
    /// In free slices and cached mappings, still resident.
    pub dirty: u64,
    /// In free slices that hold no memory, only addresses.
    pub clean: u64,
    /// Addresses held for blocks: active + dirty + lazy + clean.
    pub mapped: u64,
    /// libhakmem's own tables and descriptors, resident, apart from the above.
    pub metadata: u64,
    /// In live large blocks (a part of allocated).
    pub large: u64,
    /// Large blocks alive (a count).
    pub n_large: u64,
    /// Threads that have a cache now (a count).
    pub n_threads: u64,
    /// Heaps, of which there are about as many as processors at most (a count).
    pub n_heaps: u64,
    /// Caches that a new thread took over warm from one that had ended (a count).
    pub n_adopted: u64,
    /// Batches from slabs to caches (a count).
    pub n_refills: u64,
    /// Batches from caches to slabs (a count).
    pub n_flushes: u64,
    /// Blocks freed by threads with a cache into slabs of other heaps (a count).
    pub n_remote: u64,
    /// System calls that map, unmap, move or protect memory (a count).
    pub n_map_calls: u64,
    /// System calls that give pages back (a count).
    pub n_purge_calls: u64,
    /// Bytes given back by them so far.
    pub purged: u64,
    /// Bad frees reported under on_error:report (a count).
    pub n_errors: u64,
    /// The part of active that is not resident: pages never touched, or given back.
    pub holes: u64,
    /// In free slices that the system may take, and has not yet (purge_lazy).
    pub lazy: u64,
    /// In memory of all this: active - holes + dirty + lazy + metadata.
    pub resident: u64,
    /// The system's mappings that libhakmem needs, at most (a count).
    pub n_mappings: u64,
    /// What counts against the limits: all that may be resident.
    pub held: u64,
    /// Beyond it free memory goes back at once; 0: no limit.
    pub limit_soft: u64,
    /// Beyond it allocations fail; 0: no limit.
    pub limit_hard: u64,
    /// Where the limits come from: 1 an option, 2 the container, 3 both, 0 none.
    pub limit_from: u64,
    /// Allocations that failed under a hard limit (a count).
    pub n_refused: u64,
    /// Purges at once, for a limit or because the container was short (a count).
    pub n_pressed: u64,
}

/// One size class, as `struct hakmem_class_stats`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClassStats {
    /// Bytes of one block.
    pub size: u64,
    /// Blocks alive.
    pub n_live: u64,
    /// Blocks in threads' caches.
    pub n_cached: u64,
    /// Blocks on their way home to slabs of other heaps.
    pub n_in_flight: u64,
    /// Blocks free in slabs.
    pub n_free: u64,
    /// Slabs of this class.
    pub n_slabs: u64,
}

/// The heap in figures, now.
pub fn stats() -> Stats {
    let mut stats = Stats::default();
    // SAFETY: the library writes size bytes at most. It may know of more or fewer fields than this crate.
    unsafe { hakmem_stats_get(&mut stats, size_of::<Stats>()) };
    stats
}

/// The size classes in figures, smallest first.
pub fn class_stats() -> impl Iterator<Item = ClassStats> {
    (0..).map_while(|idx| {
        let mut stats = ClassStats::default();
        // SAFETY: as in stats(); behind the last class the answer is 0.
        let n = unsafe { hakmem_class_stats_get(idx, &mut stats, size_of::<ClassStats>()) };
        (n > 0).then_some(stats)
    })
}

/// Audits the heap; how many faults were found. Each is told on standard error.
pub fn check() -> usize {
    // SAFETY: it takes nothing.
    unsafe { hakmem_check() }
}

/// Gives free memory back to the system, but for `target` bytes; how many bytes went.
pub fn trim(target: usize) -> usize {
    // SAFETY: any number will do.
    unsafe { hakmem_trim(target) }
}

/// The version of the library.
pub fn version() -> &'static str {
    // SAFETY: a string that stays.
    unsafe { CStr::from_ptr(hakmem_version()) }
        .to_str()
        .unwrap_or_default()
}

/// How the library was built, and its options, as lines of `name: value`.
pub fn config() -> &'static str {
    // SAFETY: a string that stays.
    unsafe { CStr::from_ptr(hakmem_config()) }
        .to_str()
        .unwrap_or_default()
}

/// Changes an option of hakmem.conf(5) that can be changed at run time.
///
/// # Errors
/// No such option, a bad value, or one that counts at start-up only.
pub fn set_option(name: &str, value: &str) -> io::Result<()> {
    let (name, value) = (CString::new(name)?, CString::new(value)?);
    // SAFETY: two strings.
    match unsafe { hakmem_option_set(name.as_ptr(), value.as_ptr()) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// The value of an option of hakmem.conf(5); `None`: there is no such option.
pub fn option(name: &str) -> Option<String> {
    let name = CString::new(name).ok()?;
    let mut value = [0u8; 256];
    // SAFETY: the library writes value.len() bytes at most, a zero among them.
    let n = unsafe { hakmem_option_get(name.as_ptr(), value.as_mut_ptr().cast(), value.len()) };
    if n == 0 {
        return None;
    }
    std::str::from_utf8(&value[..n.min(value.len() - 1)])
        .ok()
        .map(str::to_owned)
}
