//! Decisions as an auditor would tell them.

use std::{cell::RefCell, collections::BTreeMap};

use super::*;
use crate::{kind::*, record::content_digest, sentence};

/// A field with nothing special about it.
pub(crate) fn field(name: &str, shape: Shape) -> Field {
    Field {
        name: name.into(),
        label: name.into(),
        help: String::new(),
        shape,
        required: Required::No,
        material: false,
        many: false,
        personal: None,
        stamped: false,
        example: None,
        inverse: None,
    }
}
