//! The writer's desk: the one thread that writes, its queue, and when it signs.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use aims_ledger::note::Note;

use crate::{
    books::{Books, Share},
    command::Command,
    error::StoreError,
    instance::Instance,
    landing::BATCH,
};

/// How long a batch waits to fill up, where others wrote a moment ago.
const GATHER: Duration = Duration::from_millis(2);
/// So often others are let run before the writer sleeps in that time.
const YIELDS: usize = 32;
/// Commands that may wait.
const QUEUE: usize = 1024;
/// At most one checkpoint in this time while commands keep coming.
const SIGN_EVERY: Duration = Duration::from_secs(1);
/// At most one note of it in the instance's log in this time.
const NOTE_EVERY: Duration = Duration::from_secs(60);

/// Work of our own.
pub(crate) type Task = Box<dyn FnOnce(&mut Desk) + Send>;

/// What comes to the desk.
pub(crate) enum Order {
    /// Runs in a batch.
    Command(Box<dyn Command>),
    /// Runs between batches.
    Task(Task),
}

/// Everything that writes.
pub(crate) struct Desk {
    pub books: Books,
    pub instance: Instance,
    signed_at: Instant,
    noted_at: Instant,
}

/// The desk's thread.
pub(crate) struct Writer {
    pub queue: SyncSender<Order>,
    /// How many wait for an answer.
    pub waiting: Arc<AtomicUsize>,
    thread: JoinHandle<Result<(), StoreError>>,
}

/// Someone who waits for an answer, counted while it lives.
pub(crate) struct Waits<'a>(&'a AtomicUsize);

impl Waits<'_> {
    pub fn begin(waiting: &AtomicUsize) -> Waits<'_> {
        waiting.fetch_add(1, Ordering::Relaxed);
        Waits(waiting)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Writer {
    /// Sets the thread to work.
    pub fn start(books: Books, instance: Instance) -> Result<Writer, std::io::Error> {
        let (queue, orders) = sync_channel(QUEUE);
        let now = Instant::now();
        let desk = Desk { books, instance, signed_at: now, noted_at: now };
        let waiting = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&waiting);
        let thread = std::thread::Builder::new().name("writer".into()).spawn(move || desk.work(&orders, &counted))?;
        Ok(Writer { queue, waiting, thread })
    }

    /// Lets the desk finish what waits, sign, and close.
    pub fn finish(self) -> Result<(), StoreError> {
        drop(self.queue);
        self.thread.join().unwrap_or_else(|_| Err(StoreError::Stopped("the writer failed inside".into())))
    }
}

impl Desk {
    fn work(mut self, orders: &Receiver<Order>, waiting: &AtomicUsize) -> Result<(), StoreError> {
        let mut expected = 1;
        loop {
            let first = match self.wait(orders) {
                Ok(order) => order,
                Err(RecvTimeoutError::Timeout) => {
                    self.tidy();
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return self.close(),
            };
            match first {
                Order::Task(task) => self.perform(task),
                Order::Command(command) => {
                    // Those who were just answered are on their way back.
                    expected = waiting.load(Ordering::Relaxed).max(expected - expected / 8);
                    let share = self.books.share_of(expected);
                    let mut gathering = Gathering { orders, share, until: None, task: None };
                    self.books.run(command, &mut |ran, landing| gathering.next(ran, landing));
                    if let Some(task) = gathering.task {
                        self.perform(task);
                    }
                }
            }
            if self.books.is_behind() && self.signed_at.elapsed() >= SIGN_EVERY {
                self.tidy();
            }
        }
    }

    /// Tasks find everything that was decided on disk, or undone.
    fn perform(&mut self, task: Task) {
        let _ = self.books.join();
        task(self);
    }

    /// Waits for an order, but not beyond the moment when a checkpoint is due.
    fn wait(&self, orders: &Receiver<Order>) -> Result<Order, RecvTimeoutError> {
        if self.books.is_landing()
            && let Some(order) = let_others_run(orders)
        {
            return Ok(order);
        }
        if !self.books.is_behind() {
            return orders.recv().map_err(|_| RecvTimeoutError::Disconnected);
        }
        orders.recv_timeout(SIGN_EVERY.saturating_sub(self.signed_at.elapsed()))
    }

    /// Signs what is unsigned, and does what could not be done before. A failure shows when a checkpoint is asked for.
    fn tidy(&mut self) {
        self.signed_at = Instant::now();
        let _ = self.books.join();
        self.books.scrub();
        if self.books.is_unsigned() {
            let _ = self.sign();
        }
    }

    /// Signs now.
    pub fn sign(&mut self) -> Result<Note, StoreError> {
        self.signed_at = Instant::now();
        let note = self.books.sign()?;
        if self.noted_at.elapsed() >= NOTE_EVERY {
            self.noted_at = self.signed_at;
            self.instance.note_checkpoint(&self.books)?;
        }
        Ok(note)
    }

    fn close(mut self) -> Result<(), StoreError> {
        let _ = self.books.join();
        self.books.scrub();
        if let Some(reason) = self.books.stopped() {
            return Err(StoreError::Stopped(reason.to_owned()));
        }
        self.books.sign()?;
        self.instance.note_checkpoint(&self.books)?;
        self.instance.sign()
    }
}

/// Takes what waits, up to a batch, while commands run. While the batch before lands there is time to take more; then its share of
/// those who wait is enough, and for those it waits a moment. A lone client never waits.
struct Gathering<'a> {
    orders: &'a Receiver<Order>,
    share: Share,
    /// How long it waits once nothing is landing.
    until: Option<Instant>,
    /// A task came, which ends the batch.
    task: Option<Task>,
}

impl Gathering<'_> {
    fn next(&mut self, ran: usize, landing: &dyn Fn() -> bool) -> Option<Box<dyn Command>> {
        if ran >= BATCH || (ran >= self.share.alone && !landing()) {
            return None;
        }
        match self.another(ran, landing)? {
            Order::Command(command) => Some(command),
            Order::Task(task) => {
                self.task = Some(task);
                None
            }
        }
    }

    fn another(&mut self, ran: usize, landing: &dyn Fn() -> bool) -> Option<Order> {
        if let Ok(order) = self.orders.try_recv() {
            return Some(order);
        }
        if ran >= self.share.behind && landing() {
            return None;
        }
        if let Some(order) = let_others_run(self.orders) {
            return Some(order);
        }
        loop {
            let is_landing = landing();
            if is_landing && ran >= self.share.behind {
                return None;
            }
            let wait = if is_landing {
                GATHER
            } else {
                let until = *self.until.get_or_insert_with(|| Instant::now() + GATHER);
                until.saturating_duration_since(Instant::now())
            };
            match self.orders.recv_timeout(wait) {
                Ok(order) => return Some(order),
                Err(RecvTimeoutError::Timeout) if is_landing => {}
                Err(_) => return None,
            }
        }
    }
}

/// Lets others run until one of them has an order. Cheaper, for them too, than falling asleep and being woken for each.
fn let_others_run(orders: &Receiver<Order>) -> Option<Order> {
    for _ in 0..YIELDS {
        match orders.try_recv() {
            Ok(order) => return Some(order),
            Err(TryRecvError::Empty) => std::thread::yield_now(),
            Err(TryRecvError::Disconnected) => return None,
        }
    }
    None
}
