//! Figures for people and for programs.

use serde::Serialize;

/// What one benchmark found.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Name of the benchmark.
    pub bench: &'static str,
    /// What was held against what, in a sentence.
    pub about: String,
    /// The figures.
    pub figures: Vec<Figure>,
}

/// One figure.
#[derive(Debug, Serialize)]
pub struct Figure {
    /// Of what.
    pub what: String,
    /// How much.
    pub value: f64,
    /// Unit; `x` for a ratio.
    pub unit: &'static str,
    /// What it is meant to be, where something is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
}

/// What a figure is meant to be.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
}

impl Target {
    fn is_met(self, value: f64) -> bool {
        match self {
            Target::AtLeast(bound) => value >= bound,
            Target::AtMost(bound) => value <= bound,
        }
    }

    fn words(self, value: f64) -> String {
        let met = if self.is_met(value) { "met" } else { "MISSED" };
        match self {
            Target::AtLeast(bound) => format!("at least {}: {met}", number(bound)),
            Target::AtMost(bound) => format!("at most {}: {met}", number(bound)),
        }
    }
}

impl Report {
    /// A report without figures.
    pub fn new(bench: &'static str, about: impl Into<String>) -> Report {
        Report { bench, about: about.into(), figures: Vec::new() }
    }

    /// Adds a figure that is context.
    pub fn add(&mut self, what: impl Into<String>, value: f64, unit: &'static str) {
        self.figures.push(Figure { what: what.into(), value, unit, target: None });
    }

    /// Adds a figure that is promised.
    pub fn add_promised(&mut self, what: impl Into<String>, value: f64, unit: &'static str, target: Target) {
        self.figures.push(Figure { what: what.into(), value, unit, target: Some(target) });
    }

    /// A table to read.
    pub fn to_text(&self) -> String {
        let width = self.figures.iter().map(|f| f.what.chars().count()).max().unwrap_or(0);
        let line = |f: &Figure| {
            let target = f.target.map(|t| t.words(f.value)).unwrap_or_default();
            let line = format!("  {:<width$}  {:>10} {:<8} {target}", f.what, number(f.value), f.unit);
            line.trim_end().to_owned() + "\n"
        };
        format!("{}: {}\n{}", self.bench, self.about, self.figures.iter().map(line).collect::<String>())
    }
}

/// Three digits that count; more would claim more than such a machine can tell.
fn number(value: f64) -> String {
    let digits = match value.abs() {
        v if v >= 100.0 || v == 0.0 => 0,
        v if v >= 10.0 => 1,
        v if v >= 1.0 => 2,
        _ => 3,
    };
    format!("{value:.digits$}")
}
