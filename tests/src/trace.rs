//! Runs the driver under `strace`: to record what it asked of the disk, or to have a system call fail or kill it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::driver::Course;

/// One thing that was asked of the disk, in the order of completion. Descriptors are the process's own numbers.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names are those of the system calls")]
pub enum Asked {
    Open { fd: i64, path: String, create: bool, truncate: bool, append: bool },
    Close { fd: i64 },
    Write { fd: i64, at: Option<u64>, bytes: Vec<u8> },
    Seek { fd: i64, to: u64 },
    Sync { fd: i64 },
    Truncate { fd: i64, len: u64 },
    Unlink { path: String },
    Rename { from: String, to: String },
    Mkdir { path: String },
}

/// The system calls that reach the disk.
pub const CALLS: &str = "openat,open,creat,close,write,pwrite64,lseek,fsync,fdatasync,ftruncate,unlink,unlinkat,rename,renameat,renameat2,mkdir,mkdirat";
/// Those that would write past the recorder: a run that makes one of them cannot be rebuilt.
const STRANGE: &str = "writev,pwritev,pwritev2,copy_file_range,sendfile,fallocate,dup,dup2,dup3,link,linkat,truncate";

/// The driver and what it is told.
#[derive(Clone, Debug)]
pub struct Run {
    /// The driver's path.
    pub driver: PathBuf,
    /// The organization's folder; it exists.
    pub dir: PathBuf,
    /// The file that answers are noted in.
    pub notes: PathBuf,
    /// What it does.
    pub course: Course,
    /// More environment: how far the store syncs, in the laboratory's own build.
    pub sync: Option<&'static str>,
}

impl Run {
    fn under_strace(&self, options: &[String]) -> std::process::ExitStatus {
        let mut command = Command::new("strace");
        command.arg("-f").args(options).arg(&self.driver).arg(&self.dir).arg(&self.notes);
        command.args([self.course.seed.to_string(), self.course.threads.to_string(), self.course.commands.to_string()]);
        if let Some(sync) = self.sync {
            command.env("AIMS_FAULT_LABORATORY_SYNC", sync);
        }
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("strace is installed")
    }

    /// Records a run without faults.
    pub fn record(&self, out: &Path) -> Vec<Asked> {
        let calls = format!("trace={CALLS},{STRANGE}");
        let options = ["-xx", "-s", "20000000", "-e", &calls, "-o", &out.display().to_string()].map(str::to_owned);
        assert!(self.under_strace(&options).success(), "the run without faults failed");
        parse(&fs::read_to_string(out).expect("the recording"))
    }

    /// Runs with the `when`-th `call` of any thread injected with `fault` (strace's words); whether it was killed.
    pub fn inject(&self, call: &str, fault: &str, when: usize) -> bool {
        let options =
            ["-qq".into(), "-o".into(), "/dev/null".into(), "-e".into(), format!("trace={call}"), "-e".into()];
        let injection = format!("inject={call}:{fault}:when={when}");
        let status = self.under_strace(&[options.to_vec(), vec![injection]].concat());
        status.code().is_none() || status.code() == Some(137)
    }
}

/// How often the busiest thread makes each call, by name; strace counts a fault's place within a thread.
pub fn calls(recording: &str) -> BTreeMap<String, usize> {
    let mut by_thread: BTreeMap<(String, String), usize> = BTreeMap::new();
    for line in recording.lines().filter(|line| !line.contains(" resumed>")) {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let Some((name, _)) = rest.trim_start().split_once('(') else { continue };
        *by_thread.entry((thread.to_owned(), name.to_owned())).or_default() += 1;
    }
    let mut most = BTreeMap::new();
    for ((_, name), count) in by_thread {
        let known = most.entry(name).or_default();
        *known = count.max(*known);
    }
    most
}

/// Reads a recording.
pub fn parse(recording: &str) -> Vec<Asked> {
    let mut begun: BTreeMap<&str, &str> = BTreeMap::new();
    let mut asked = Vec::new();
    for line in recording.lines() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let rest = rest.trim_start();
        if let Some(start) = rest.strip_suffix(" <unfinished ...>") {
            begun.insert(thread, start);
            continue;
        }
        let resumed = rest.strip_prefix("<... ").and_then(|rest| rest.split_once(" resumed>"));
        let whole = match resumed {
            Some((_, end)) => format!("{}{end}", begun.remove(thread).unwrap_or_default()),
            None => rest.to_owned(),
        };
        asked.extend(call(&whole));
    }
    asked
}

fn call(line: &str) -> Option<Asked> {
    let (name, rest) = line.split_once('(')?;
    let (arguments, result) = rest.rsplit_once(") ")?;
    let result: i64 = result.trim_start().strip_prefix("= ")?.split(' ').next()?.parse().ok().filter(|r| *r >= 0)?;
    let a: Vec<&str> = arguments.split(", ").collect();
    assert!(!STRANGE.split(',').any(|strange| strange == name), "the recorder does not understand `{name}`");
    let number = |n: usize| a.get(n)?.trim().parse::<i64>().ok();
    let path = |n: usize| text(a.get(n)?);
    let wrote = |at| {
        let bytes = bytes(a.get(1)?)?;
        // A short write leaves the rest for another call.
        Some(Asked::Write { fd: number(0)?, at, bytes: bytes.get(..usize::try_from(result).ok()?)?.to_vec() })
    };
    match name {
        "openat" => {
            let flags = a.get(2)?;
            let has = |flag: &str| flags.split('|').any(|f| f == flag);
            let (create, truncate, append) = (has("O_CREAT"), has("O_TRUNC"), has("O_APPEND"));
            Some(Asked::Open { fd: result, path: path(1)?, create, truncate, append })
        }
        "close" => Some(Asked::Close { fd: number(0)? }),
        "write" => wrote(None),
        "pwrite64" => wrote(Some(u64::try_from(number(3)?).ok()?)),
        "lseek" => Some(Asked::Seek { fd: number(0)?, to: u64::try_from(result).ok()? }),
        "fsync" | "fdatasync" => Some(Asked::Sync { fd: number(0)? }),
        "ftruncate" => Some(Asked::Truncate { fd: number(0)?, len: u64::try_from(number(1)?).ok()? }),
        "unlink" => Some(Asked::Unlink { path: path(0)? }),
        "unlinkat" => Some(Asked::Unlink { path: path(1)? }),
        "rename" => Some(Asked::Rename { from: path(0)?, to: path(1)? }),
        "renameat" | "renameat2" => Some(Asked::Rename { from: path(1)?, to: path(3)? }),
        "mkdir" => Some(Asked::Mkdir { path: path(0)? }),
        "mkdirat" => Some(Asked::Mkdir { path: path(1)? }),
        _ => panic!("the recorder does not understand `{name}`"),
    }
}

fn text(argument: &str) -> Option<String> {
    String::from_utf8(bytes(argument)?).ok()
}

/// `"\x2f\x61"` as bytes. A cut string, which ends in dots, is no recording.
fn bytes(argument: &str) -> Option<Vec<u8>> {
    let inner = argument.trim().strip_prefix('"')?.strip_suffix('"')?;
    let digits: String = inner.split("\\x").collect();
    hex::decode(digits).ok()
}
