//! The last few earlier moments that were looked at.

use std::{collections::VecDeque, sync::Arc};

use jiff::Timestamp;

use super::Standing;

/// As many are kept. An organization of 200,000 records takes some 300 MB for each, a small one a few.
const KEPT: usize = 2;

/// An earlier moment: its last entry, and when it was.
pub(crate) type Place = (Option<u64>, Timestamp);

/// Earlier moments, the one looked at last at the end.
#[derive(Default)]
pub(super) struct Pasts(VecDeque<(Place, Arc<Standing>)>);

impl Pasts {
    pub fn find(&mut self, place: Place) -> Option<Arc<Standing>> {
        let at = self.0.iter().position(|(known, _)| *known == place)?;
        let found = self.0.remove(at)?;
        let standing = Arc::clone(&found.1);
        self.0.push_back(found);
        Some(standing)
    }

    pub fn keep(&mut self, place: Place, standing: &Arc<Standing>) {
        if self.0.len() >= KEPT {
            self.0.pop_front();
        }
        self.0.push_back((place, Arc::clone(standing)));
    }
}
