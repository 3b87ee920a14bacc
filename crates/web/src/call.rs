//! One request, with all that a row needs to answer it.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use aims_app::{
    AsOf,
    access::{Decision, Denial, Seat},
    accounts::Caller,
    live::{Live, Sight, Standing},
};
use aims_record::{Actor, ActorKind};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::{
    answer::Refused,
    form::{Pairs, query, segment},
    route::Route,
    seat::{self, Member, Visitor},
    server::Server,
    stream::Upload,
    words::Tongue,
};

/// A request on its way to its answer.
pub struct Call<'c> {
    /// The server.
    pub server: &'c Arc<Server>,
    /// The row it came to.
    pub route: &'static Route,
    /// Path as asked for, without the query.
    pub path: &'c str,
    /// What the path names: `org`, `kind`, `record` ...
    pub params: Vec<(String, String)>,
    /// The query.
    pub query: Pairs,
    /// The headers.
    pub headers: &'c HeaderMap,
    /// The body, as long as the row allows; empty where the row takes a file.
    pub body: Bytes,
    /// The body of a row that takes a file.
    pub file: &'c Mutex<Option<Upload>>,
    /// Who sent it.
    pub visitor: Visitor,
    /// The organization that the path names, and who they are in it.
    pub member: Option<Member>,
    /// Their language.
    pub tongue: &'static Tongue,
    /// What the page's scripts carry.
    pub nonce: String,
    /// Names this request in answers and in the log.
    pub id: String,
    /// Where it came from.
    pub address: IpAddr,
}

impl Call<'_> {
    /// What the path names; rows ask only for what their path holds.
    pub fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    /// The same request, to be asked about otherwise.
    pub fn again(&self) -> Call<'_> {
        Call {
            params: self.params.clone(),
            query: self.query.clone(),
            body: self.body.clone(),
            visitor: self.visitor.clone(),
            member: self.member.clone(),
            nonce: self.nonce.clone(),
            id: self.id.clone(),
            ..*self
        }
    }

    /// Who they are in the organization that the path names.
    ///
    /// # Errors
    /// Absent, where the row did not ask for a member.
    pub fn member(&self) -> Result<&Member, Refused> {
        self.member.as_ref().ok_or_else(Refused::absent)
    }

    /// The organization that the path names.
    ///
    /// # Errors
    /// As [`Call::member`].
    pub fn live(&self) -> Result<&Arc<Live>, Refused> {
        Ok(&self.member()?.live)
    }

    /// The earlier moment that is asked about.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn as_of(&self) -> Result<Option<AsOf>, Refused> {
        Ok(self.query.get("as_of").map(AsOf::parse).transpose()?)
    }

    /// The records and what is said about them, as of the moment asked about.
    ///
    /// # Errors
    /// Where the moment cannot be read or has nothing.
    pub fn sight(&self) -> Result<Sight<'_>, Refused> {
        Ok(self.live()?.sight(self.as_of()?)?)
    }

    /// What they may do, by the roles they hold now: also where an earlier moment is looked at.
    ///
    /// # Errors
    /// As [`Call::member`].
    pub fn seat(&self, standing: &Standing) -> Result<Arc<Seat>, Refused> {
        let member = self.member()?;
        let access = member.live.aims().access();
        if !standing.is_now() {
            return Ok(member.live.sight(None)?.seat(access, &member.principal));
        }
        Ok(standing.seat(access, &member.principal))
    }

    /// The address and browser of whoever asks.
    pub fn caller(&self) -> Caller {
        seat::caller(self.address, self.headers)
    }

    /// Refuses to act while an earlier moment is looked at.
    ///
    /// # Errors
    /// `read_only`.
    pub fn acts_now(&self) -> Result<(), Refused> {
        if self.query.has("as_of") {
            let says = "An earlier moment is read only. Go back to now to act.";
            return Err(Refused::new(StatusCode::CONFLICT, "read_only", says));
        }
        Ok(())
    }

    /// The file that is being sent, once.
    pub fn upload(&self) -> Option<Upload> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The body as a form.
    pub fn form(&self) -> Pairs {
        Pairs::read(&self.body)
    }

    /// An address in the organization: `to` begins with a slash. The moment that is looked at stays.
    pub fn at(&self, to: &str) -> String {
        let base = format!("/o/{}{to}", segment(self.param("org")));
        match self.query.get("as_of") {
            None => base,
            Some(moment) => {
                let more = query([("as_of", moment)].into_iter());
                if base.contains('?') { base + "&" + more.trim_start_matches('?') } else { base + &more }
            }
        }
    }

    /// Whoever acts, as the ledger will name them.
    ///
    /// # Errors
    /// As [`Call::member`].
    pub fn actor(&self) -> Result<Actor, Refused> {
        let member = self.member()?;
        let amr = self.visitor.amr();
        Ok(Actor { amr, kind: ActorKind::Person, on_behalf: Vec::new(), pid: member.person.clone() })
    }
}

/// Goes on only where the decision is yes.
///
/// # Errors
/// Absent, or denied with who may.
pub fn must(decision: Decision) -> Result<(), Refused> {
    match decision {
        Decision::Allowed => Ok(()),
        Decision::Absent => Err(Refused::absent()),
        Decision::Denied(Denial { code, says, .. }) => Err(Refused::new(StatusCode::FORBIDDEN, code, says)),
    }
}
