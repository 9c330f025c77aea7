//! A disk in memory that forgets, when the power is cut, whatever a real one may forget.
//!
//! Two things are kept of each file and of each name: what a program sees, and what would survive.
//! A cut builds another disk out of what survives and of a choice of the rest: bytes that were not
//! synced in whole blocks or sectors, names in the order in which they were given.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Disk, DiskFile, folder_of};

/// A disk that can be cut. Clones are the same disk.
#[derive(Clone, Default)]
pub(crate) struct SimulatedDisk(Arc<Mutex<World>>);

/// What a power cut leaves of what was not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Everything, and still not synced: only the process died.
    Kill,
    /// Nothing.
    Nothing,
    /// The first operations, in order.
    Prefix,
    /// The same, and some sectors of the next write.
    Torn,
    /// Any blocks, and the first names.
    Random,
}

impl Cut {
    pub(crate) const ALL: [Self; 5] =
        [Self::Kill, Self::Nothing, Self::Prefix, Self::Torn, Self::Random];
}

/// What a disk does with a sync.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Syncs {
    #[default]
    Obeyed,
    /// It says that it synced a file: a deliberate defect that every crash test must see.
    FilesForgotten,
    /// It says that it synced a folder: another one.
    FoldersForgotten,
}

#[derive(Clone, Default)]
struct World {
    inodes: Vec<Inode>,
    names: BTreeMap<PathBuf, usize>,
    kept_names: BTreeMap<PathBuf, usize>,
    /// What was done and is not synced, in order.
    pending: Vec<Pending>,
    syncs: Syncs,
    drawn: u64,
    /// How many operations were done.
    operations: usize,
    /// The operation that fails, and all those after it.
    broken_at: Option<usize>,
    /// The disk after each operation, if somebody films it.
    film: Option<Vec<Self>>,
}

#[derive(Clone, Default)]
struct Inode {
    bytes: Vec<u8>,
    kept: Vec<u8>,
}

#[derive(Clone)]
enum Pending {
    Write { inode: usize, offset: usize, bytes: Vec<u8> },
    Link { path: PathBuf, inode: usize },
    Rename { from: PathBuf, to: PathBuf },
    Unlink { path: PathBuf },
}

const SECTOR: usize = 512;
const BLOCK: usize = 4096;

impl SimulatedDisk {
    /// Begins to remember the disk after each operation.
    pub(crate) fn film(&self) {
        let mut world = self.lock();
        world.film = Some(vec![world.clone()]);
        world.operations = 0;
    }

    /// Ends it, and returns each disk that there was.
    pub(crate) fn frames(&self) -> Vec<Self> {
        let film = self.lock().film.take().unwrap_or_default();
        film.into_iter().map(|world| Self(Arc::new(Mutex::new(world)))).collect()
    }

    /// Returns how many operations were done since the film began.
    pub(crate) fn operations(&self) -> usize {
        self.lock().operations
    }

    /// Returns a number that it never returned: what was drawn once must not be drawn again after
    /// a restart.
    pub(crate) fn draw(&self) -> u64 {
        let mut world = self.lock();
        world.drawn += 1;
        world.drawn
    }

    /// Changes what a sync does from now on.
    pub(crate) fn set_syncs(&self, syncs: Syncs) {
        self.lock().syncs = syncs;
    }

    /// Makes every operation fail, from the `n`th from now on.
    pub(crate) fn break_after(&self, n: usize) {
        let mut world = self.lock();
        world.broken_at = Some(world.operations + n);
    }

    /// Makes it work again.
    pub(crate) fn mend(&self) {
        self.lock().broken_at = None;
    }

    /// Returns what may be on the disk when the power comes back. `dice` decides.
    pub(crate) fn cut(&self, cut: Cut, dice: &mut Dice) -> Self {
        let world = self.lock();
        let cut = match cut {
            Cut::Kill => World { film: None, ..world.clone() },
            Cut::Nothing | Cut::Prefix | Cut::Torn | Cut::Random => world.after(cut, dice),
        };
        Self(Arc::new(Mutex::new(cut)))
    }

    /// Returns all the bytes of each file that has a name.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let world = self.lock();
        let file =
            |(path, inode): (&PathBuf, &usize)| (path.clone(), world.inodes[*inode].bytes.clone());
        world.names.iter().map(file).collect()
    }

    /// Replaces the bytes of a file, as wear or a cosmic ray would.
    pub(crate) fn overwrite(&self, path: &Path, bytes: Vec<u8>) {
        let mut world = self.lock();
        let inode = world.names[path];
        world.inodes[inode] = Inode { kept: bytes.clone(), bytes };
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut World) -> io::Result<T>) -> io::Result<T> {
        let mut world = self.lock();
        if world.broken_at.is_some_and(|at| world.operations >= at) {
            world.operations += 1;
            return Err(io::Error::other("the disk is broken"));
        }
        let done = change(&mut world)?;
        world.operations += 1;
        if let Some(mut film) = world.film.take() {
            film.push(world.clone());
            world.film = Some(film);
        }
        Ok(done)
    }
}

impl World {
    fn after(&self, cut: Cut, dice: &mut Dice) -> Self {
        let kept = |inode: &Inode| Inode { bytes: inode.kept.clone(), kept: Vec::new() };
        let mut inodes = self.inodes.iter().map(kept).collect::<Vec<_>>();
        let mut names = self.kept_names.clone();
        let in_order = if cut == Cut::Nothing { 0 } else { dice.below(self.pending.len() + 1) };
        for (at, pending) in self.pending.iter().enumerate() {
            match pending {
                Pending::Write { inode, offset, bytes } => {
                    for (from, to) in survivors(cut, *offset, bytes.len(), at, in_order, dice) {
                        inodes[*inode].write(offset + from, &bytes[from..to]);
                    }
                }
                Pending::Link { .. } | Pending::Rename { .. } | Pending::Unlink { .. } => {
                    if at < in_order {
                        pending.apply(&mut names);
                    }
                }
            }
        }
        for inode in &mut inodes {
            inode.kept.clone_from(&inode.bytes);
        }
        let kept_names = names.clone();
        Self { inodes, kept_names, names, drawn: self.drawn, ..Self::default() }
    }
}

/// Returns the parts of a write that reached the disk.
fn survivors(
    cut: Cut,
    offset: usize,
    length: usize,
    at: usize,
    in_order: usize,
    dice: &mut Dice,
) -> Vec<(usize, usize)> {
    match cut {
        Cut::Random => blocks(offset, length).into_iter().filter(|_| dice.coin()).collect(),
        Cut::Kill | Cut::Nothing | Cut::Prefix | Cut::Torn if at < in_order => vec![(0, length)],
        Cut::Torn if at == in_order => {
            let end = (offset + dice.below(length + 1)) / SECTOR * SECTOR;
            vec![(0, end.saturating_sub(offset))]
        }
        Cut::Kill | Cut::Nothing | Cut::Prefix | Cut::Torn => Vec::new(),
    }
}

/// Cuts a write where the blocks of the disk end.
fn blocks(offset: usize, length: usize) -> Vec<(usize, usize)> {
    let (mut parts, mut from) = (Vec::new(), 0);
    while from < length {
        let to = ((offset + from) / BLOCK * BLOCK + BLOCK - offset).min(length);
        parts.push((from, to));
        from = to;
    }
    parts
}

impl Inode {
    fn write(&mut self, offset: usize, bytes: &[u8]) {
        let end = offset + bytes.len();
        if bytes.is_empty() {
            return;
        }
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        self.bytes[offset..end].copy_from_slice(bytes);
    }
}

impl Pending {
    fn apply(&self, names: &mut BTreeMap<PathBuf, usize>) {
        match self {
            Self::Write { .. } => {}
            Self::Link { path, inode } => {
                names.insert(path.clone(), *inode);
            }
            Self::Rename { from, to } => {
                if let Some(inode) = names.remove(from) {
                    names.insert(to.clone(), inode);
                }
            }
            Self::Unlink { path } => {
                names.remove(path);
            }
        }
    }

    fn is_in(&self, folder: &Path) -> bool {
        match self {
            Self::Write { .. } => false,
            Self::Link { path, .. } | Self::Unlink { path } | Self::Rename { to: path, .. } => {
                folder_of(path) == folder
            }
        }
    }
}

fn missing() -> io::Error {
    io::ErrorKind::NotFound.into()
}

impl Disk for SimulatedDisk {
    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        let inode = self.change(|world| {
            if world.names.contains_key(path) {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            let inode = world.inodes.len();
            world.inodes.push(Inode::default());
            world.names.insert(path.to_owned(), inode);
            world.pending.push(Pending::Link { path: path.to_owned(), inode });
            Ok(inode)
        })?;
        Ok(Arc::new(SimulatedFile { disk: self.clone(), inode }))
    }

    fn open(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        let inode = *self.lock().names.get(path).ok_or_else(missing)?;
        Ok(Arc::new(SimulatedFile { disk: self.clone(), inode }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change(|world| {
            let inode = world.names.remove(from).ok_or_else(missing)?;
            world.names.insert(to.to_owned(), inode);
            world.pending.push(Pending::Rename { from: from.to_owned(), to: to.to_owned() });
            Ok(())
        })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.change(|world| {
            world.names.remove(path).ok_or_else(missing)?;
            world.pending.push(Pending::Unlink { path: path.to_owned() });
            Ok(())
        })
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        let world = self.lock();
        let inside = world.names.keys().filter(|path| folder_of(path) == folder);
        let name = |path: &PathBuf| path.file_name()?.to_str().map(str::to_owned);
        Ok(inside.filter_map(name).collect())
    }

    fn create_folder(&self, _folder: &Path) -> io::Result<()> {
        Ok(())
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.change(|world| {
            if world.syncs == Syncs::FoldersForgotten {
                return Ok(());
            }
            let (synced, pending) = world.pending.drain(..).partition(|one| one.is_in(folder));
            world.pending = pending;
            let synced: Vec<Pending> = synced;
            synced.iter().for_each(|one| one.apply(&mut world.kept_names));
            Ok(())
        })
    }

    /// At once, so that a test does the same things each time.
    fn beside(&self, work: Box<dyn FnOnce() + Send>) -> io::Result<()> {
        work();
        Ok(())
    }
}

struct SimulatedFile {
    disk: SimulatedDisk,
    inode: usize,
}

impl DiskFile for SimulatedFile {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        let world = self.disk.lock();
        let held = &world.inodes[self.inode].bytes;
        let from = held.len().min(usize::try_from(offset).unwrap_or(usize::MAX));
        let count = bytes.len().min(held.len() - from);
        bytes[..count].copy_from_slice(&held[from..from + count]);
        Ok(count)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let (inode, offset) = (self.inode, offset as usize);
        self.disk.change(|world| {
            world.inodes[inode].write(offset, bytes);
            world.pending.push(Pending::Write { inode, offset, bytes: bytes.to_vec() });
            Ok(())
        })
    }

    fn sync(&self) -> io::Result<()> {
        self.disk.change(|world| {
            if world.syncs == Syncs::FilesForgotten {
                return Ok(());
            }
            let inode = &mut world.inodes[self.inode];
            inode.kept.clone_from(&inode.bytes);
            let ours =
                |one: &Pending| matches!(one, Pending::Write { inode, .. } if *inode == self.inode);
            world.pending.retain(|one| !ours(one));
            Ok(())
        })
    }

    fn size(&self) -> io::Result<u64> {
        Ok(self.disk.lock().inodes[self.inode].bytes.len() as u64)
    }
}

/// Chance that can be played again.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns a number below `n`.
    pub(crate) const fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % n as u64) as usize
    }

    const fn coin(&mut self) -> bool {
        self.below(2) == 0
    }
}
