//! How is a body read? Once, strictly, without building it: what is not judged is only checked.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::{MAX_BATCH, Message, Payload, PayloadFault, members::State, rare};

/// Reads a body.
pub(crate) fn scan(bytes: &[u8]) -> Result<Payload<'_>, PayloadFault> {
    let text = std::str::from_utf8(bytes).map_err(|_| PayloadFault::NotUtf8)?;
    if text.starts_with('\u{feff}') {
        return Err(PayloadFault::ByteOrderMark);
    }
    let mut state = State::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let read =
        Top(&mut state).deserialize(&mut reader).and_then(|payload| reader.end().map(|()| payload));
    let mut payload = read.map_err(|error| match state.fault {
        Some(fault) => fault,
        None if error.is_data() => PayloadFault::NotMessages,
        None => PayloadFault::NotJson,
    })?;
    rare::complete(&mut payload, text)?;
    Ok(payload)
}

/// The whole body.
struct Top<'s, 'de>(&'s mut State<'de>);

impl<'de> DeserializeSeed<'de> for Top<'_, 'de> {
    type Value = Payload<'de>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Payload<'de>, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Top<'_, 'de> {
    type Value = Payload<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message or several")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Payload<'de>, A::Error> {
        let mut message = Message::default();
        Any::new(self.0, &mut OfMessage(&mut message)).visit_map(members)?;
        Ok(Payload::One(message))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Payload<'de>, A::Error> {
        let mut messages = Vec::new();
        check(self.0.open())?;
        loop {
            let mut message = Message::default();
            match items.next_element_seed(Any::new(self.0, &mut OfMessage(&mut message)))? {
                None if messages.is_empty() => return Err(A::Error::custom("no message")),
                None => return Ok(Payload::Batch(messages)),
                Some(Shape::Other) => return Err(A::Error::custom("not a message")),
                Some(Shape::Object) if messages.len() == MAX_BATCH => {
                    self.0.fault = Some(PayloadFault::TooMany);
                    return Err(A::Error::custom("too many"));
                }
                Some(Shape::Object) => messages.push(message),
            }
        }
    }
}

/// Who looks at the members of an object. The value is read by `member`, with whatever seed fits.
trait Sink<'de> {
    fn member<A: MapAccess<'de>>(
        &mut self,
        name: &str,
        state: &mut State<'de>,
        value: &mut A,
    ) -> Result<(), A::Error>;
}

/// Looks at nothing.
struct Nothing;

impl<'de> Sink<'de> for Nothing {
    fn member<A: MapAccess<'de>>(
        &mut self,
        _: &str,
        state: &mut State<'de>,
        value: &mut A,
    ) -> Result<(), A::Error> {
        value.next_value_seed(Any::new(state, self)).map(|_| ())
    }
}

/// Looks at a message.
struct OfMessage<'m, 'de>(&'m mut Message<'de>);

impl<'de> Sink<'de> for OfMessage<'_, 'de> {
    fn member<A: MapAccess<'de>>(
        &mut self,
        name: &str,
        state: &mut State<'de>,
        value: &mut A,
    ) -> Result<(), A::Error> {
        match name {
            "method" => self.0.method = value.next_value_seed(Text(state))?,
            "params" => {
                value.next_value_seed(Any::new(state, &mut OfParams(self.0)))?;
            }
            other => {
                check(state.is_undisguised(other, &["method", "params"]))?;
                return Nothing.member(other, state, value);
            }
        }
        Ok(())
    }
}

/// Looks at `params`.
struct OfParams<'m, 'de>(&'m mut Message<'de>);

impl<'de> Sink<'de> for OfParams<'_, 'de> {
    fn member<A: MapAccess<'de>>(
        &mut self,
        name: &str,
        state: &mut State<'de>,
        value: &mut A,
    ) -> Result<(), A::Error> {
        match name {
            "name" => self.0.name = value.next_value_seed(Text(state))?,
            "uri" => self.0.uri = value.next_value_seed(Text(state))?,
            "taskId" => self.0.task_id = value.next_value_seed(Text(state))?,
            "_meta" => {
                value.next_value_seed(Any::new(state, &mut OfMeta(self.0)))?;
            }
            other => {
                check(state.is_undisguised(other, &["name", "uri", "ref", "notifications"]))?;
                return Nothing.member(other, state, value);
            }
        }
        Ok(())
    }
}

/// Looks at `params._meta`.
struct OfMeta<'m, 'de>(&'m mut Message<'de>);

impl<'de> Sink<'de> for OfMeta<'_, 'de> {
    fn member<A: MapAccess<'de>>(
        &mut self,
        name: &str,
        state: &mut State<'de>,
        value: &mut A,
    ) -> Result<(), A::Error> {
        if name == "io.modelcontextprotocol/protocolVersion" {
            self.0.protocol_version = value.next_value_seed(Text(state))?;
            return Ok(());
        }
        Nothing.member(name, state, value)
    }
}

/// What a value turned out to be.
#[derive(PartialEq)]
enum Shape {
    Object,
    Other,
}

/// Any value, looked at by `sink` if it is an object.
struct Any<'s, 'de, S> {
    state: &'s mut State<'de>,
    sink: &'s mut S,
}

impl<'s, 'de, S: Sink<'de>> Any<'s, 'de, S> {
    fn new(state: &'s mut State<'de>, sink: &'s mut S) -> Self {
        Self { state, sink }
    }
}

impl<'de, S: Sink<'de>> DeserializeSeed<'de> for Any<'_, 'de, S> {
    type Value = Shape;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Shape, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de, S: Sink<'de>> Visitor<'de> for Any<'_, 'de, S> {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Shape, E> {
        Ok(Shape::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Shape, E> {
        Ok(Shape::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Shape, E> {
        Ok(Shape::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Shape, E> {
        Ok(Shape::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Shape, E> {
        Ok(Shape::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Shape, A::Error> {
        check(self.state.open())?;
        while items.next_element_seed(Any::new(self.state, &mut Nothing))?.is_some() {}
        self.state.close();
        Ok(Shape::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Shape, A::Error> {
        check(self.state.open())?;
        let mut known = self.state.open_members();
        while let Some(name) = members.next_key_seed(Name(PhantomData))? {
            check(self.state.note(&mut known, name.clone()))?;
            self.sink.member(&name, self.state, &mut members)?;
        }
        self.state.close_members(&known);
        self.state.close();
        Ok(Shape::Object)
    }
}

/// A value that is wanted if it is text.
struct Text<'s, 'de>(&'s mut State<'de>);

impl<'de> DeserializeSeed<'de> for Text<'_, 'de> {
    type Value = Option<Cow<'de, str>>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Text<'_, 'de> {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        Any::new(self.0, &mut Nothing).visit_seq(items).map(|_| None)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        Any::new(self.0, &mut Nothing).visit_map(members).map(|_| None)
    }
}

/// The name of a member, borrowed where it has no escapes.
struct Name<'de>(PhantomData<&'de ()>);

impl<'de> DeserializeSeed<'de> for Name<'de> {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Cow<'de, str>, D::Error> {
        reader.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name<'de> {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

/// Ends the reading where the state has noted a fault.
fn check<E: serde::de::Error>(fine: bool) -> Result<(), E> {
    if fine { Ok(()) } else { Err(E::custom("fault")) }
}
