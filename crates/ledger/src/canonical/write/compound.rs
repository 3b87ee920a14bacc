//! Arrays and objects while they are being written.

use serde::ser::{self, Serialize};
use serde_json::Value;

use super::{Fault, Kind, Writer, write_key};

/// An array: elements are written at once.
pub(super) struct Sequence<'a> {
    out: &'a mut Vec<u8>,
    depth: usize,
    is_empty: bool,
    close: &'static str,
}

/// An object: members wait until all are there, to be sorted.
pub(super) struct Members<'a> {
    out: &'a mut Vec<u8>,
    depth: usize,
    key: String,
    waiting: Vec<(String, Vec<u8>)>,
    close: &'static str,
}

impl<'a> Sequence<'a> {
    pub(super) fn open(out: &'a mut Vec<u8>, depth: usize) -> Self {
        out.push(b'[');
        Self { out, depth, is_empty: true, close: "]" }
    }

    /// Has the object around the variant closed too.
    pub(super) fn of_variant(self) -> Self {
        Self { close: "]}", ..self }
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        if !self.is_empty {
            self.out.push(b',');
        }
        self.is_empty = false;
        value.serialize(Writer { out: self.out, depth: self.depth })
    }

    fn close(self) -> Result<(), Fault> {
        self.out.extend_from_slice(self.close.as_bytes());
        Ok(())
    }
}

impl<'a> Members<'a> {
    pub(super) fn open(out: &'a mut Vec<u8>, depth: usize) -> Self {
        out.push(b'{');
        Self { out, depth, key: String::new(), waiting: Vec::new(), close: "}" }
    }

    /// Has the object around the variant closed too.
    pub(super) fn of_variant(self) -> Self {
        Self { close: "}}", ..self }
    }

    fn member<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), Fault> {
        let mut member = Vec::new();
        write_key(&mut member, key)?;
        value.serialize(Writer { out: &mut member, depth: self.depth })?;
        self.waiting.push((key.to_owned(), member));
        Ok(())
    }

    fn close(mut self) -> Result<(), Fault> {
        self.waiting.sort_unstable();
        let mut previous = None;
        for (key, member) in self.waiting {
            if previous.as_ref() == Some(&key) {
                return Err(Fault(Kind::DuplicateKey(key)));
            }
            if previous.is_some() {
                self.out.push(b',');
            }
            self.out.extend_from_slice(&member);
            previous = Some(key);
        }
        self.out.extend_from_slice(self.close.as_bytes());
        Ok(())
    }
}

impl ser::SerializeSeq for Sequence<'_> {
    type Ok = ();
    type Error = Fault;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        self.element(value)
    }

    fn end(self) -> Result<(), Fault> {
        self.close()
    }
}

impl ser::SerializeTuple for Sequence<'_> {
    type Ok = ();
    type Error = Fault;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        self.element(value)
    }

    fn end(self) -> Result<(), Fault> {
        self.close()
    }
}

impl ser::SerializeTupleStruct for Sequence<'_> {
    type Ok = ();
    type Error = Fault;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        self.element(value)
    }

    fn end(self) -> Result<(), Fault> {
        self.close()
    }
}

impl ser::SerializeTupleVariant for Sequence<'_> {
    type Ok = ();
    type Error = Fault;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        self.element(value)
    }

    fn end(self) -> Result<(), Fault> {
        self.close()
    }
}

impl ser::SerializeMap for Members<'_> {
    type Ok = ();
    type Error = Fault;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Fault> {
        // Keys are texts, but of many types; serde_json knows which are texts.
        let key = serde_json::to_value(key).map_err(ser::Error::custom)?;
        let Value::String(key) = key else { return Err(Fault(Kind::Key(key.to_string()))) };
        self.key = key;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        let key = std::mem::take(&mut self.key);
        self.member(&key, value)
    }

    fn end(self) -> Result<(), Fault> {
        self.close()
    }
}

impl ser::SerializeStruct for Members<'_> {
    type Ok = ();
    type Error = Fault;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Fault> {
        self.member(key, value)
    }

    fn end(self) -> Result<(), Fault> {
        self.close()
    }
}

impl ser::SerializeStructVariant for Members<'_> {
    type Ok = ();
    type Error = Fault;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Fault> {
        self.member(key, value)
    }

    fn end(self) -> Result<(), Fault> {
        self.close()
    }
}
