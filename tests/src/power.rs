//! Power cuts at every moment of a recorded run: each image of the disk is opened and held against what was acknowledged by then.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Mutex, mpsc::sync_channel},
    time::Duration,
};

use crate::{
    chance::Dice,
    check::hold,
    disk::{Cut, Disk, put},
    driver::Answers,
    trace::Asked,
};

/// One image with what was acknowledged before it.
struct Image {
    name: String,
    files: BTreeMap<String, Option<Vec<u8>>>,
    answers: Answers,
    deep: bool,
}

/// What a suite found.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Images opened.
    pub images: usize,
    /// Of those, from before founding was answered and not openable: nothing was promised.
    pub unfounded: usize,
    /// Moments of the run.
    pub points: usize,
    /// Images that broke a promise: which, and how.
    pub broken: Vec<(String, String)>,
    /// The slowest opening.
    pub slowest: Duration,
}

impl Outcome {
    /// Images that lost something acknowledged: found missing, or missed by the signer, or the tables themselves are gone.
    pub fn lost(&self) -> usize {
        let signs = ["lost: ", "events are missing", "of version 0"];
        self.broken.iter().filter(|(_, how)| signs.iter().any(|sign| how.contains(sign))).count()
    }
}

/// Cuts the power so often that at least `wanted` images are opened. `notes` is the file of acknowledgements.
pub fn cut(asked: &[Asked], dir: &Path, notes: &Path, wanted: usize, seed: u64) -> Outcome {
    let outcome = Mutex::new(Outcome::default());
    let (root, threads) = (dir.display().to_string(), std::thread::available_parallelism().map_or(2, usize::from));
    let (images, queue) = sync_channel::<Image>(8);
    let queue = Mutex::new(queue);
    std::thread::scope(|scope| {
        let (queue, outcome, root) = (&queue, &outcome, root.as_str());
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(move || {
                    loop {
                        let next = queue.lock().expect("no panic before").recv();
                        let Ok(image) = next else { break };
                        open(&image, root, outcome);
                    }
                })
            })
            .collect();
        let points = make(asked, dir, notes, wanted, seed, &mut |image| images.send(image).expect("a worker"));
        drop(images);
        workers.into_iter().for_each(|worker| worker.join().expect("no panic in a worker"));
        outcome.lock().expect("no panic before").points = points;
    });
    outcome.into_inner().expect("no panic before")
}

/// Makes images at every moment; answers how many moments there were.
fn make(asked: &[Asked], dir: &Path, notes: &Path, wanted: usize, seed: u64, each: &mut dyn FnMut(Image)) -> usize {
    let moments = count(asked, dir);
    let per_moment = wanted.div_ceil(moments.max(1)).max(1);
    // Fewer images than moments: evenly spread over them.
    let every = (moments / wanted.max(1)).max(1);
    let (mut disk, mut listener) = (Disk::new(dir), Listener::new(notes));
    let mut moment = 0;
    for asked in asked {
        listener.listen(asked);
        if !disk.play(asked) {
            continue;
        }
        moment += 1;
        if moment % every != 0 {
            continue;
        }
        for variant in 0..per_moment {
            let own = seed ^ ((moment as u64) << 20) ^ variant as u64;
            let cut = Cut::ALL[(moment / every + variant) % Cut::ALL.len()];
            let files = disk.image(cut, &mut Dice::new(own));
            let name = format!("moment {moment} of {moments}, {cut:?}, dice {own}");
            each(Image {
                name,
                files,
                answers: listener.answers.clone(),
                deep: (moment / every).is_multiple_of(50) && variant == 0,
            });
        }
    }
    moments
}

fn count(asked: &[Asked], dir: &Path) -> usize {
    let mut disk = Disk::new(dir);
    asked.iter().filter(|asked| disk.play(asked)).count()
}

/// Hears what was acknowledged.
struct Listener {
    notes: String,
    fd: Option<i64>,
    answers: Answers,
}

impl Listener {
    fn new(notes: &Path) -> Listener {
        Listener { notes: notes.display().to_string(), fd: None, answers: Answers::default() }
    }

    fn listen(&mut self, asked: &Asked) {
        match asked {
            Asked::Open { fd, path, .. } if *path == self.notes => self.fd = Some(*fd),
            Asked::Write { fd, bytes, .. } if Some(*fd) == self.fd => {
                String::from_utf8_lossy(bytes).lines().for_each(|line| self.answers.take(line));
            }
            _ => {}
        }
    }
}

fn open(image: &Image, root: &str, outcome: &Mutex<Outcome>) {
    let place = crate::scratch();
    put(&image.files, root, place.path());
    let held = hold(place.path(), &image.answers, image.deep);
    let mut outcome = outcome.lock().expect("no panic before");
    outcome.images += 1;
    match held {
        Ok(held) => outcome.slowest = outcome.slowest.max(held.start),
        Err(_) if !image.answers.ready => outcome.unfounded += 1,
        Err(how) => outcome.broken.push((image.name.clone(), how)),
    }
}
