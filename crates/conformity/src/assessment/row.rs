//! Something kept for each of many places, and which of it may change first: found without looking at all of them.

use jiff::Timestamp;

/// So many places share one leaf of the tree of moments.
const CHUNK: usize = 16;

/// What is kept for one place.
pub(super) trait Lapsing: Copy {
    /// What stands where nothing is kept.
    const NOTHING: Self;

    /// Before this moment it stays as it is; the last moment there is stands for never.
    fn until(&self) -> Timestamp;
}

/// What is kept for all places, with the earliest moments in a tree: a change costs what the tree is high.
#[derive(Debug)]
pub(super) struct Row<T> {
    all: Vec<T>,
    /// The earliest moment below each node; the children of `n` are `2n` and `2n + 1`, leaves begin at `width`.
    tree: Vec<Timestamp>,
    width: usize,
}

impl<T> Default for Row<T> {
    fn default() -> Self {
        Self { all: Vec::new(), tree: Vec::new(), width: 0 }
    }
}

impl<T: Lapsing> Row<T> {
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// What is kept in a place.
    pub(super) fn get(&self, place: usize) -> T {
        self.all.get(place).copied().unwrap_or(T::NOTHING)
    }

    /// Makes room for so many places at once.
    pub(super) fn reserve(&mut self, places: usize) {
        if self.all.len() < places {
            self.all.reserve_exact(places - self.all.len());
            self.all.resize(places, T::NOTHING);
            self.widen();
        }
    }

    /// Keeps something in a place, and gives back what was there.
    pub(super) fn replace(&mut self, place: usize, new: T) -> T {
        if self.all.len() <= place {
            self.all.resize(place.saturating_add(1), T::NOTHING);
            self.widen();
        }
        let before = self.all.get_mut(place).map_or(T::NOTHING, |known| std::mem::replace(known, new));
        if before.until() != new.until() {
            self.settle(place / CHUNK, before.until(), new.until());
        }
        before
    }

    fn widen(&mut self) {
        let chunks = self.all.len().div_ceil(CHUNK);
        if chunks <= self.width {
            return;
        }
        let width = chunks.next_power_of_two();
        let mut tree = vec![Timestamp::MAX; width * 2];
        for (chunk, n) in self.all.chunks(CHUNK).zip(width..) {
            if let Some(leaf) = tree.get_mut(n) {
                *leaf = earliest(chunk);
            }
        }
        (self.tree, self.width) = (tree, width);
        for n in (1..width).rev() {
            self.join(n);
        }
    }

    /// Brings the tree in order above a chunk in which one moment became another.
    fn settle(&mut self, chunk: usize, before: Timestamp, now: Timestamp) {
        let known = self.at(self.width + chunk);
        let earliest = match () {
            () if now <= known => now,
            () if before == known => earliest(self.chunk(chunk)),
            () => return,
        };
        let mut n = self.width + chunk;
        if let Some(leaf) = self.tree.get_mut(n) {
            *leaf = earliest;
        }
        while n > 1 {
            n /= 2;
            if !self.join(n) {
                return;
            }
        }
    }

    /// Takes the earlier of two children; whether that is another one than before.
    fn join(&mut self, n: usize) -> bool {
        let earlier = self.at(2 * n).min(self.at(2 * n + 1));
        let Some(node) = self.tree.get_mut(n) else { return false };
        std::mem::replace(node, earlier) != earlier
    }

    fn at(&self, n: usize) -> Timestamp {
        self.tree.get(n).copied().unwrap_or(Timestamp::MAX)
    }

    fn chunk(&self, n: usize) -> &[T] {
        let from = n * CHUNK;
        self.all.get(from..self.all.len().min(from + CHUNK)).unwrap_or(&[])
    }

    /// The first moment at which something may change.
    pub(super) fn until(&self) -> Option<Timestamp> {
        Some(self.at(1)).filter(|at| *at != Timestamp::MAX)
    }

    /// The place of which something may change first.
    pub(super) fn first(&self) -> Option<(usize, T)> {
        let first = self.until()?;
        let mut n = 1;
        while n < self.width {
            n = if self.at(2 * n) == first { 2 * n } else { 2 * n + 1 };
        }
        let chunk = n - self.width;
        let place = self.chunk(chunk).iter().position(|one| one.until() == first)? + chunk * CHUNK;
        Some((place, self.get(place)))
    }

    /// Places of which something may have changed by a moment, in order.
    pub(super) fn due(&self, at: Timestamp) -> Vec<usize> {
        let (mut due, mut open) = (Vec::new(), vec![1]);
        while let Some(n) = open.pop() {
            if n == 0 || self.at(n) > at {
                continue;
            }
            if n < self.width {
                open.extend([2 * n + 1, 2 * n]);
                continue;
            }
            let chunk = n - self.width;
            let places = self.chunk(chunk).iter().zip(chunk * CHUNK..);
            due.extend(places.filter(|(one, _)| one.until() <= at).map(|(_, place)| place));
        }
        due
    }

    /// The first moment after another at which something may change.
    pub(super) fn until_after(&self, at: Timestamp) -> Timestamp {
        let (mut first, mut open) = (Timestamp::MAX, vec![1]);
        while let Some(n) = open.pop() {
            if self.at(n) > at || n >= self.width {
                let leaf = n.checked_sub(self.width).filter(|_| self.at(n) <= at);
                let later = leaf.map(|chunk| self.chunk(chunk)).unwrap_or_default().iter().map(Lapsing::until);
                let here = later.filter(|until| *until > at).min().unwrap_or(Timestamp::MAX);
                first = first.min(if self.at(n) > at { self.at(n) } else { here });
                continue;
            }
            open.extend([2 * n, 2 * n + 1]);
        }
        first
    }

    pub(super) fn bytes(&self) -> usize {
        self.all.capacity() * size_of::<T>() + self.tree.capacity() * size_of::<Timestamp>()
    }
}

fn earliest<T: Lapsing>(chunk: &[T]) -> Timestamp {
    chunk.iter().map(Lapsing::until).min().unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    impl Lapsing for Timestamp {
        const NOTHING: Self = Timestamp::MAX;

        fn until(&self) -> Timestamp {
            *self
        }
    }

    fn second(n: i64) -> Timestamp {
        if n == 0 { Timestamp::MAX } else { Timestamp::from_second(n).expect("a moment") }
    }

    proptest! {
        #[test]
        fn the_tree_answers_what_looking_at_all_does(changes in prop::collection::vec((0usize..200, 0i64..40), 0..300), at in 1i64..40) {
            let (mut row, mut plain, at) = (Row::default(), Vec::new(), second(at));
            for (place, moment) in changes {
                if plain.len() <= place {
                    plain.resize(place + 1, Timestamp::MAX);
                }
                plain[place] = second(moment);
                row.replace(place, second(moment));
            }
            let least = plain.iter().copied().min().filter(|m| *m != Timestamp::MAX);
            prop_assert_eq!(row.until(), least);
            prop_assert_eq!(row.first().map(|(_, moment)| moment), least);
            let due: Vec<usize> = (0..plain.len()).filter(|n| plain[*n] <= at).collect();
            prop_assert_eq!(row.due(at), due);
            let later = plain.iter().copied().filter(|m| *m > at).min().unwrap_or(Timestamp::MAX);
            prop_assert_eq!(row.until_after(at), later);
        }
    }
}
