//! Writing canonical JSON.
//!
//! Values are written straight from their types. The way through [`serde_json::Value`] would be shorter, but it turns
//! NaN into null and keeps the last of two equal keys, silently.

mod compound;

use std::fmt;

use serde::ser::{self, Serialize, Serializer};
use unicode_normalization::is_nfc;

use super::{CanonicalError, CanonicalErrorKind as Kind, DEPTH_MAX, INTEGER_MAX, is_key};
use compound::{Members, Sequence};

/// Writes a value canonically. Floats, other keys and strings outside the profile are refused, not converted.
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    let mut out = Vec::new();
    match value.serialize(Writer { out: &mut out, depth: 0 }) {
        Ok(()) => Ok(out),
        Err(Fault(kind)) => Err(CanonicalError { kind, offset: out.len() }),
    }
}

/// What stops the writing, in the form serde asks for.
#[derive(Debug)]
struct Fault(Kind);

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl std::error::Error for Fault {}

impl ser::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(Kind::Serialize(message.to_string()))
    }
}

/// Writes one value behind what is written already; `depth` containers are open around it.
struct Writer<'a> {
    out: &'a mut Vec<u8>,
    depth: usize,
}

impl<'a> Writer<'a> {
    fn raw(self, text: &str) -> Result<(), Fault> {
        self.out.extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn integer(self, text: &str, in_range: bool) -> Result<(), Fault> {
        if in_range { self.raw(text) } else { Err(Fault(Kind::NumberOutOfRange(text.to_owned()))) }
    }

    /// The depth inside one more container, if there may be one.
    fn deeper(&self) -> Result<usize, Fault> {
        if self.depth < DEPTH_MAX { Ok(self.depth + 1) } else { Err(Fault(Kind::TooDeep)) }
    }

    fn sequence(self) -> Result<Sequence<'a>, Fault> {
        let depth = self.deeper()?;
        Ok(Sequence::open(self.out, depth))
    }

    fn members(self) -> Result<Members<'a>, Fault> {
        let depth = self.deeper()?;
        Ok(Members::open(self.out, depth))
    }

    /// Begins the object `{"variant":` that serde puts around the contents of an enum variant.
    fn variant(self, variant: &str) -> Result<Self, Fault> {
        let depth = self.deeper()?;
        self.out.push(b'{');
        write_key(self.out, variant)?;
        Ok(Writer { out: self.out, depth })
    }
}

fn write_key(out: &mut Vec<u8>, key: &str) -> Result<(), Fault> {
    if !is_key(key) {
        return Err(Fault(Kind::Key(key.to_owned())));
    }
    write_string(out, key)?;
    out.push(b':');
    Ok(())
}

fn write_string(out: &mut Vec<u8>, text: &str) -> Result<(), Fault> {
    if !text.is_ascii() && !is_nfc(text) {
        return Err(Fault(Kind::NotNormalized));
    }
    out.push(b'"');
    for byte in text.bytes() {
        match byte {
            0 => return Err(Fault(Kind::Nul)),
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            0x0c => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0x01..=0x1f => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
    Ok(())
}

impl<'a> Serializer for Writer<'a> {
    type Ok = ();
    type Error = Fault;
    type SerializeSeq = Sequence<'a>;
    type SerializeTuple = Sequence<'a>;
    type SerializeTupleStruct = Sequence<'a>;
    type SerializeTupleVariant = Sequence<'a>;
    type SerializeMap = Members<'a>;
    type SerializeStruct = Members<'a>;
    type SerializeStructVariant = Members<'a>;

    fn serialize_bool(self, value: bool) -> Result<(), Fault> {
        self.raw(if value { "true" } else { "false" })
    }

    fn serialize_i8(self, value: i8) -> Result<(), Fault> {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<(), Fault> {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<(), Fault> {
        self.serialize_i64(value.into())
    }

    fn serialize_u8(self, value: u8) -> Result<(), Fault> {
        self.serialize_i64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<(), Fault> {
        self.serialize_i64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<(), Fault> {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result<(), Fault> {
        self.integer(&value.to_string(), value.unsigned_abs() <= INTEGER_MAX.unsigned_abs())
    }

    fn serialize_u64(self, value: u64) -> Result<(), Fault> {
        self.integer(&value.to_string(), value <= INTEGER_MAX.unsigned_abs())
    }

    fn serialize_f32(self, value: f32) -> Result<(), Fault> {
        Err(Fault(Kind::NotInteger(value.to_string())))
    }

    fn serialize_f64(self, value: f64) -> Result<(), Fault> {
        Err(Fault(Kind::NotInteger(value.to_string())))
    }

    fn serialize_char(self, value: char) -> Result<(), Fault> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Result<(), Fault> {
        write_string(self.out, text)
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), Fault> {
        self.collect_seq(bytes)
    }

    fn serialize_none(self) -> Result<(), Fault> {
        self.raw("null")
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Fault> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Fault> {
        self.raw("null")
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Fault> {
        self.raw("null")
    }

    fn serialize_unit_variant(self, _name: &'static str, _index: u32, variant: &'static str) -> Result<(), Fault> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _name: &'static str, value: &T) -> Result<(), Fault> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Fault> {
        let inside = self.variant(variant)?;
        value.serialize(Writer { out: &mut *inside.out, depth: inside.depth })?;
        inside.raw("}")
    }

    fn serialize_seq(self, _length: Option<usize>) -> Result<Sequence<'a>, Fault> {
        self.sequence()
    }

    fn serialize_tuple(self, _length: usize) -> Result<Sequence<'a>, Fault> {
        self.sequence()
    }

    fn serialize_tuple_struct(self, _name: &'static str, _length: usize) -> Result<Sequence<'a>, Fault> {
        self.sequence()
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Sequence<'a>, Fault> {
        Ok(self.variant(variant)?.sequence()?.of_variant())
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Members<'a>, Fault> {
        self.members()
    }

    fn serialize_struct(self, _name: &'static str, _length: usize) -> Result<Members<'a>, Fault> {
        self.members()
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Members<'a>, Fault> {
        Ok(self.variant(variant)?.members()?.of_variant())
    }
}
