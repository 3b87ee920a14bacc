//! Taking turns, and what the turns took.

use std::{fs, time::Instant};

/// What a stretch of work took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Took {
    /// Seconds on the clock.
    pub wall: f64,
    /// Seconds of processor time that the calling thread used.
    pub cpu: f64,
}

/// Times a piece of work on the calling thread.
pub fn time<T>(work: impl FnOnce() -> T) -> (T, Took) {
    let (start, cpu) = (Instant::now(), thread_cpu());
    let done = work();
    (done, Took { wall: start.elapsed().as_secs_f64(), cpu: thread_cpu() - cpu })
}

/// Lets the contenders take turns, `rounds` times; answers each one's figures.
pub fn take_turns<T>(rounds: usize, contenders: &mut [&mut dyn FnMut() -> T]) -> Vec<Vec<T>> {
    let mut figures: Vec<Vec<T>> = contenders.iter().map(|_| Vec::new()).collect();
    for _ in 0..rounds {
        for (contender, figures) in contenders.iter_mut().zip(&mut figures) {
            figures.push(contender());
        }
    }
    figures
}

/// The middle figure; of an even number the mean of the two in the middle. Of none it is not a number.
pub fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1);
    let at = |place: usize| sorted.get(place).copied().unwrap_or(f64::NAN);
    (at(last / 2) + at(last.div_ceil(2))) / 2.0
}

/// The median of the ratios of two contenders' figures, round by round: what slows a whole round slows both.
pub fn median_ratio(ours: &[f64], theirs: &[f64]) -> f64 {
    median(&ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect::<Vec<_>>())
}

/// Seconds of processor time of the calling thread; 0 where the system does not say.
pub fn thread_cpu() -> f64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}

/// Seconds of processor time of this process (all its threads), and of its children that ended and were waited for.
pub fn process_cpu() -> (f64, f64) {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name in parentheses may hold spaces; what follows it does not.
    let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: Vec<f64> = rest.split_whitespace().skip(11).take(4).filter_map(|t| t.parse().ok()).collect();
    let of = |n: usize| ticks.get(n).copied().unwrap_or(0.0) / TICKS_A_SECOND;
    (of(0) + of(1), of(2) + of(3))
}

/// `USER_HZ` of Linux, which has been 100 on every x86-64 and aarch64 kernel.
const TICKS_A_SECOND: f64 = 100.0;

/// Peak memory of a process in MiB, where it is still running: `self` or its number.
pub fn peak_memory(process: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse::<f64>().ok().map(|kib| kib / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_lies_in_the_middle() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn a_slow_round_does_not_move_the_ratio() {
        assert_eq!(median_ratio(&[8.0, 0.8, 8.0], &[10.0, 1.0, 10.0]), 0.8);
    }
}
