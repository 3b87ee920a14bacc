//! How an organization is opened.

/// What an opening is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// Reading only: needs no lock, so it works beside a running server.
    Read,
    /// Reading and writing: one process at a time.
    #[default]
    Write,
}

/// How an organization is opened. There is nothing here that weakens it.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    pub(crate) access: Access,
}

impl OpenOptions {
    /// For reading beside a writer.
    pub fn read() -> OpenOptions {
        OpenOptions { access: Access::Read }
    }

    /// For writing.
    pub fn write() -> OpenOptions {
        OpenOptions { access: Access::Write }
    }
}
