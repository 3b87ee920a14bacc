//! A control of a form, ready to be shown.

use askama::Template;

use crate::words::Tongue;

/// A field as people fill it in.
#[derive(Template)]
#[template(path = "act-control.html")]
pub struct Control {
    /// Words.
    pub t: &'static Tongue,
    /// Anchor: `f-name`.
    pub id: String,
    /// Name that is sent.
    pub name: String,
    /// As shown.
    pub label: String,
    /// What to write.
    pub help: String,
    /// Whether it may stay open.
    pub is_optional: bool,
    /// What else to know: before which state it is needed, what changing it means.
    pub notes: Vec<String>,
    /// What is wrong with it.
    pub error: String,
    /// Whether it stands in a table, where the head says what it is.
    pub is_cell: bool,
    /// How it is filled in.
    pub widget: Widget,
}

/// How a field is filled in.
pub enum Widget {
    /// One line: the input's type, the value, the most characters (0: any).
    Line {
        /// Type of the input.
        kind: &'static str,
        /// What stands there.
        value: String,
        /// Characters at most.
        max: usize,
    },
    /// Several lines.
    Area {
        /// What stands there.
        value: String,
        /// Whether each line is a value of its own.
        is_list: bool,
    },
    /// One of a few.
    Radios(Vec<Pick>),
    /// Any of these.
    Checks(Vec<Pick>),
    /// One of many.
    Select(Vec<Pick>),
    /// An amount and its unit; the names of the two parts.
    Amount {
        /// What stands there.
        amount: String,
        /// `amount` or `count`.
        part: &'static str,
        /// The units.
        units: Vec<Pick>,
    },
    /// An amount and a currency.
    Money {
        /// What stands there.
        amount: String,
        /// Three letters.
        currency: String,
    },
    /// A record by its number, with the nearest at hand.
    Find {
        /// What stands there.
        value: String,
        /// Number and name.
        near: Vec<Pick>,
    },
    /// Several records: those chosen, and one more by its number.
    Finds {
        /// Chosen already.
        picked: Vec<Pick>,
        /// Number and name.
        near: Vec<Pick>,
    },
    /// Rows.
    Table {
        /// Labels of the columns.
        heads: Vec<String>,
        /// Each with its controls.
        rows: Vec<Vec<Control>>,
        /// The row that a script adds.
        blank: Vec<Control>,
    },
    /// A file, attached on a page of its own.
    File {
        /// Where; empty where the record does not stand yet.
        to: String,
    },
}

/// One of several.
#[derive(Clone)]
pub struct Pick {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub label: String,
    /// Whether it is chosen.
    pub is_chosen: bool,
}

impl Control {
    /// `aria-describedby` of the control.
    fn described(&self) -> String {
        let part = |is_there: bool, what: &str| is_there.then(|| format!("{}-{what}", self.id));
        let help = part(!self.help.is_empty() || !self.notes.is_empty(), "help");
        help.into_iter().chain(part(!self.error.is_empty(), "error")).collect::<Vec<_>>().join(" ")
    }

    /// Whether several controls answer it, so that a legend names it.
    fn is_group(&self) -> bool {
        matches!(
            self.widget,
            Widget::Radios(_)
                | Widget::Checks(_)
                | Widget::Amount { .. }
                | Widget::Money { .. }
                | Widget::Finds { .. }
                | Widget::Table { .. }
        )
    }
}
