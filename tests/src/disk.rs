//! A disk as a power cut may leave it: what was synced stays, of the rest anything between nothing and all.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use crate::{chance::Dice, trace::Asked};

/// The unit that a disk writes whole.
const SECTOR: usize = 512;

#[derive(Clone, Debug)]
enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Truncate { len: usize },
}

#[derive(Clone, Debug, Default)]
struct Content {
    durable: Vec<u8>,
    pending: Vec<Change>,
    len: usize,
}

/// A change of names. `node` is what a name leads to: a file's content, or `None` for a folder.
#[derive(Clone, Debug)]
enum Naming {
    Link { path: String, node: Option<usize> },
    Unlink { path: String },
    Rename { from: String, to: String, node: Option<usize> },
}

impl Naming {
    /// The folder whose sync makes it last.
    fn folder(&self) -> &str {
        match self {
            Naming::Link { path, .. } | Naming::Unlink { path } | Naming::Rename { to: path, .. } => parent(path),
        }
    }
}

type Names = BTreeMap<String, Option<usize>>;

/// How much of the unsynced is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Nothing.
    Drops,
    /// Everything.
    Keeps,
    /// Names up to some moment, each sector of each write by chance.
    Tears,
    /// Each folder's names up to a moment of its own, each write by chance as a whole.
    Mixes,
}

impl Cut {
    /// All of them.
    pub const ALL: [Cut; 4] = [Cut::Drops, Cut::Keeps, Cut::Tears, Cut::Mixes];
}

#[derive(Clone, Debug)]
struct Opened {
    path: String,
    node: Option<usize>,
    at: usize,
    append: bool,
}

/// The disk while a recording is played.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    root: String,
    contents: Vec<Content>,
    now: Names,
    durable: Names,
    pending: Vec<Naming>,
    open: BTreeMap<i64, Opened>,
}

impl Disk {
    /// A disk with one folder, `root`, which is there whatever happens. What lies elsewhere is not on it.
    pub fn new(root: &Path) -> Disk {
        let root = root.display().to_string();
        let folder = Names::from([(root.clone(), None)]);
        Disk { root, now: folder.clone(), durable: folder, ..Disk::default() }
    }

    /// Plays one call. True where a power cut now may leave something else than before.
    pub fn play(&mut self, asked: &Asked) -> bool {
        match asked {
            Asked::Open { fd, path, create, truncate, append } => self.open(*fd, path, *create, *truncate, *append),
            Asked::Close { fd } => {
                self.open.remove(fd);
                false
            }
            Asked::Seek { fd, to } => {
                if let Some(opened) = self.open.get_mut(fd) {
                    opened.at = usize::try_from(*to).unwrap_or(usize::MAX);
                }
                false
            }
            Asked::Write { fd, at, bytes } => self.write(*fd, *at, bytes),
            Asked::Truncate { fd, len } => {
                let len = usize::try_from(*len).unwrap_or(usize::MAX);
                self.change(*fd, |content| content.pending.push(Change::Truncate { len }), |_| len)
            }
            Asked::Sync { fd } => self.sync(*fd),
            Asked::Unlink { path } => self.rename_or_unlink(Naming::Unlink { path: path.clone() }),
            Asked::Rename { from, to } => {
                let node = self.now.get(from).copied().flatten();
                self.rename_or_unlink(Naming::Rename { from: from.clone(), to: to.clone(), node })
            }
            Asked::Mkdir { path } => self.rename_or_unlink(Naming::Link { path: path.clone(), node: None }),
        }
    }

    fn is_here(&self, path: &str) -> bool {
        // The index of the WAL is memory that looks like a file: SQLite builds it again.
        path.strip_prefix(&self.root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            && !path.ends_with("-shm")
    }

    fn open(&mut self, fd: i64, path: &str, create: bool, truncate: bool, append: bool) -> bool {
        self.open.remove(&fd);
        if !self.is_here(path) {
            return false;
        }
        let mut changed = false;
        if create && !self.now.contains_key(path) {
            self.contents.push(Content::default());
            let node = Some(self.contents.len() - 1);
            changed = self.rename_or_unlink(Naming::Link { path: path.to_owned(), node });
        }
        let node = self.now.get(path).copied().flatten();
        self.open.insert(fd, Opened { path: path.to_owned(), node, at: 0, append });
        if truncate && !changed {
            changed |= self.change(fd, |content| content.pending.push(Change::Truncate { len: 0 }), |_| 0);
        }
        changed
    }

    fn write(&mut self, fd: i64, at: Option<u64>, bytes: &[u8]) -> bool {
        let Some(opened) = self.open.get_mut(&fd) else { return false };
        let Some(content) = opened.node.and_then(|node| self.contents.get_mut(node)) else { return false };
        let place = match at {
            Some(at) => usize::try_from(at).unwrap_or(usize::MAX),
            None if opened.append => content.len,
            None => opened.at,
        };
        if at.is_none() {
            opened.at = place + bytes.len();
        }
        content.pending.push(Change::Write { at: place, bytes: bytes.to_vec() });
        content.len = content.len.max(place + bytes.len());
        true
    }

    fn change(&mut self, fd: i64, change: impl Fn(&mut Content), len: impl Fn(usize) -> usize) -> bool {
        let node = self.open.get(&fd).and_then(|opened| opened.node);
        let Some(content) = node.and_then(|node| self.contents.get_mut(node)) else { return false };
        change(content);
        content.len = len(content.len);
        true
    }

    fn sync(&mut self, fd: i64) -> bool {
        let Some(Opened { path, node, .. }) = self.open.get(&fd).cloned() else { return false };
        if let Some(content) = node.and_then(|node| self.contents.get_mut(node)) {
            for change in std::mem::take(&mut content.pending) {
                apply(&mut content.durable, &change, |_| true);
            }
        } else {
            let (kept, rest) = self.pending.drain(..).partition::<Vec<_>, _>(|naming| naming.folder() == path);
            self.pending = rest;
            kept.iter().for_each(|naming| rename(&mut self.durable, naming));
        }
        true
    }

    fn rename_or_unlink(&mut self, naming: Naming) -> bool {
        if !self.is_here(naming.folder()) {
            return false;
        }
        rename(&mut self.now, &naming);
        self.pending.push(naming);
        true
    }

    /// Every file as a power cut now would leave it.
    pub fn image(&self, cut: Cut, dice: &mut Dice) -> BTreeMap<String, Option<Vec<u8>>> {
        let names = self.names_after(cut, dice);
        let reachable = |path: &String| ancestors(path, &self.root).all(|folder| names.contains_key(folder));
        let files = names.iter().filter(|(path, _)| reachable(path));
        files.map(|(path, node)| (path.clone(), node.map(|node| self.content_after(node, cut, dice)))).collect()
    }

    fn names_after(&self, cut: Cut, dice: &mut Dice) -> Names {
        let mut names = self.durable.clone();
        let all = self.pending.len();
        let until = match cut {
            Cut::Drops => 0,
            Cut::Keeps | Cut::Mixes => all,
            Cut::Tears => dice.below(all + 1),
        };
        let folders: BTreeSet<&str> = self.pending.iter().map(Naming::folder).collect();
        let own: BTreeMap<&str, usize> = folders.into_iter().map(|folder| (folder, dice.below(all + 1))).collect();
        for (place, naming) in self.pending.iter().enumerate().take(until) {
            let ends = own.get(naming.folder()).copied().unwrap_or(all);
            if cut != Cut::Mixes || place < ends {
                rename(&mut names, naming);
            }
        }
        names
    }

    fn content_after(&self, node: usize, cut: Cut, dice: &mut Dice) -> Vec<u8> {
        let Some(content) = self.contents.get(node) else { return Vec::new() };
        let mut bytes = content.durable.clone();
        for change in &content.pending {
            match cut {
                Cut::Drops => {}
                Cut::Keeps => apply(&mut bytes, change, |_| true),
                Cut::Tears => apply(&mut bytes, change, |_| dice.one_in(2)),
                Cut::Mixes => {
                    if dice.one_in(2) {
                        apply(&mut bytes, change, |_| true);
                    }
                }
            }
        }
        bytes
    }
}

/// Applies a change, of a write only the sectors that are kept.
fn apply(bytes: &mut Vec<u8>, change: &Change, mut kept: impl FnMut(usize) -> bool) {
    match change {
        Change::Truncate { len } => {
            if kept(0) {
                bytes.resize(*len, 0);
            }
        }
        Change::Write { at, bytes: new } => {
            let mut done = 0;
            while done < new.len() {
                let place = at + done;
                let step = (SECTOR - place % SECTOR).min(new.len() - done);
                if kept(place / SECTOR) {
                    if bytes.len() < place + step {
                        bytes.resize(place + step, 0);
                    }
                    bytes[place..place + step].copy_from_slice(&new[done..done + step]);
                }
                done += step;
            }
        }
    }
}

fn rename(names: &mut Names, naming: &Naming) {
    match naming {
        Naming::Link { path, node } => {
            names.insert(path.clone(), *node);
        }
        Naming::Unlink { path } => {
            names.remove(path);
        }
        Naming::Rename { from, to, node } => {
            if names.get(from) == Some(node) {
                names.remove(from);
            }
            names.insert(to.clone(), *node);
        }
    }
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn ancestors<'a>(path: &'a str, root: &'a str) -> impl Iterator<Item = &'a str> {
    std::iter::successors(Some(path), move |path| Some(parent(path)).filter(|_| *path != root))
        .skip(1)
        .take_while(move |folder| folder.len() >= root.len())
}

/// Writes an image into a folder that stands for the root. Only the owner may read it, as the store demands of keys.
pub fn put(image: &BTreeMap<String, Option<Vec<u8>>>, root: &str, out: &Path) {
    for (path, content) in image {
        let place = out.join(path.strip_prefix(root).unwrap_or_default().trim_start_matches('/'));
        match content {
            None => fs::create_dir_all(&place).expect("a folder"),
            Some(bytes) => {
                fs::write(&place, bytes).expect("a file");
                only_owner(&place);
            }
        }
    }
}

#[cfg(unix)]
fn only_owner(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("a mode");
}

#[cfg(not(unix))]
fn only_owner(_: &Path) {}
