//! What stands around every page: the rail, the way here, who is signed in, as of when.

use aims_app::{
    access::{Action, Power, Seat},
    live::Standing,
};
use aims_conformity::State;
use aims_store::StoreError;

use crate::{
    answer::Refused,
    assets::Asset,
    call::Call,
    form::segment,
    pages::settings::settles,
    show::{Status, moment},
    words::Tongue,
};

/// What stands around a page.
pub struct Frame<'c> {
    /// The request that it answers.
    pub call: &'c Call<'c>,
    /// Words.
    pub t: &'static Tongue,
    /// The one heading, and the window's title.
    pub title: String,
    /// Which place of the rail it is in.
    pub here: &'static str,
    /// The way here: words and addresses.
    pub crumbs: Vec<(String, String)>,
    /// As of when, in words, with entry and checkpoint; nothing where no organization is looked at.
    pub foot: Option<Foot>,
    /// Name of the organization.
    pub organization: String,
    /// How many wait for the one who is signed in.
    pub waiting: usize,
    /// Groups of registers in which there is something to read: title and address.
    pub groups: Vec<(String, String)>,
    /// What a printed page is of, such as a number with its version; empty: its title.
    pub about: String,
    /// Whether they are told what is found under requirements.
    pub is_told: bool,
    /// Whether they see the settings.
    pub settles: bool,
    /// Whether the self-check found the ledger altered.
    pub alarm: bool,
}

/// As of when a page is.
pub struct Foot {
    /// The moment in words.
    pub moment: String,
    /// The last entry.
    pub entry: u64,
    /// The newest checkpoint's root, shortened; empty where none is signed yet.
    pub checkpoint: String,
}

/// The places of the rail: its name here, the key of its words, and where it leads in the organization.
const PLACES: [(&str, &str, &str); 11] = [
    ("home", "nav-home", "/"),
    ("waiting", "nav-waiting", "/waiting"),
    ("requirements", "nav-requirements", "/requirements"),
    ("systems", "nav-systems", "/ai-system"),
    ("risks", "nav-risks", "/risk"),
    ("registers", "nav-registers", "/registers"),
    ("forecast", "nav-forecast", "/forecast"),
    ("readiness", "nav-readiness", "/readiness"),
    ("differences", "nav-differences", "/differences"),
    ("ledger", "nav-ledger", "/ledger"),
    ("settings", "nav-settings", "/settings"),
];

/// Places that tell what is found under requirements.
const OF_VERDICTS: [&str; 4] = ["requirements", "forecast", "readiness", "differences"];

impl<'c> Frame<'c> {
    /// Around a page that belongs to no organization.
    pub fn bare(call: &'c Call<'c>, title: impl Into<String>) -> Frame<'c> {
        Frame {
            call,
            t: call.tongue,
            title: title.into(),
            here: "",
            crumbs: Vec::new(),
            foot: None,
            organization: String::new(),
            waiting: 0,
            groups: Vec::new(),
            about: String::new(),
            is_told: false,
            settles: false,
            alarm: false,
        }
    }

    /// Around a page of an organization.
    ///
    /// # Errors
    /// Where the ledger's head cannot be read.
    pub fn of(
        call: &'c Call<'c>,
        standing: &Standing,
        here: &'static str,
        title: impl Into<String>,
    ) -> Result<Frame<'c>, Refused> {
        let live = call.live()?;
        let about = live.aims().store().about();
        let checkpoint = checkpoint(call).map_err(|e| Refused::internal(e.to_string()))?;
        let foot = Foot {
            moment: moment(call.tongue, standing.at()),
            entry: standing.last_entry().unwrap_or_default(),
            checkpoint,
        };
        let organization = about.name.clone();
        let seat = call.seat(standing)?;
        let now = call.query.get("as_of").is_none();
        let waiting = if now { standing.waiting(&call.member()?.principal, &seat).len() } else { 0 };
        let is_told = seat.has(Power::Verdicts);
        let settles = settles(&seat);
        let groups = groups(call, &seat)?;
        let (foot, alarm) = (Some(foot), live.aims().halted().is_some());
        let bare = Frame::bare(call, title);
        Ok(Frame { here, foot, organization, waiting, groups, is_told, settles, alarm, ..bare })
    }

    /// With the way here: each word leads to an address in the organization.
    pub fn from(mut self, crumbs: &[(&str, &str)]) -> Frame<'c> {
        self.crumbs = crumbs.iter().map(|(word, to)| ((*word).to_owned(), self.call.at(to))).collect();
        self
    }

    /// The rail: name, words, address, whether the page is in it.
    pub fn places(&self) -> Vec<(&'static str, String, String, bool)> {
        let place = |(name, key, to): &(&'static str, &str, &str)| {
            (*name, self.t.say(key).into_owned(), self.call.at(to), *name == self.here)
        };
        let told = |name: &str| self.is_told || !OF_VERDICTS.contains(&name);
        let settled = |name: &str| self.settles || name != "settings";
        PLACES.iter().filter(|(name, ..)| told(name) && settled(name)).map(place).collect()
    }

    /// The account that is signed in.
    pub fn account(&self) -> &str {
        self.call.visitor.account().unwrap_or_default()
    }

    /// The form that was just recorded, so that the browser forgets what it kept of it.
    pub fn recorded(&self) -> &str {
        self.call.query.get("recorded").unwrap_or_default()
    }

    /// What runs at the foot of every printed page.
    pub fn printed(&self) -> String {
        let foot = self.foot.as_ref().map_or(String::new(), |f| {
            let moment =
                self.t.tell("foot", &[("moment", f.moment.as_str().into()), ("entry", f.entry.to_string().into())]);
            format!("{moment} · {} {}", self.t.say("checkpoint"), f.checkpoint)
        });
        let about = if self.about.is_empty() { &self.title } else { &self.about };
        format!("{} · {about} · {foot} · {}", self.organization, self.t.say("uncontrolled"))
    }

    /// An address in the organization.
    pub fn at(&self, to: &str) -> String {
        self.call.at(to)
    }

    /// An address in the organization, put together from two words.
    pub fn under(&self, to: &str, more: &str) -> String {
        self.call.at(&format!("{to}{more}"))
    }

    /// The address of an entry of the ledger.
    pub fn entry(&self, seq: &u64) -> String {
        self.call.at(&format!("/ledger/{seq}"))
    }

    /// The address of a requirement or control by its full id.
    pub fn requirement(&self, id: &str) -> String {
        let (framework, item) = id.rsplit_once('/').unwrap_or(("", id));
        self.call.at(&format!("/requirements/{}/{}", segment(framework), segment(item)))
    }

    /// The file of this name.
    pub fn asset(&self, name: &str) -> &'static str {
        Asset::path_of(name)
    }

    /// The tag of a state.
    pub fn tag(&self, state: &State) -> Tag {
        let status = Status(*state);
        Tag { class: status.class(), word: status.word(self.t) }
    }

    /// A moment as entries write it, in words.
    pub fn moment_of(&self, written: &str) -> String {
        written.parse().map_or_else(|_| written.to_owned(), |at| moment(self.t, at))
    }

    /// What forms carry.
    pub fn form_token(&self) -> &str {
        self.call.visitor.seated().map_or("", |s| s.csrf.as_str())
    }

    /// What to call whoever is signed in.
    pub fn person(&self) -> &str {
        self.call.visitor.seated().map_or("", |s| s.account.display.as_str())
    }

    /// `system`, `light` or `dark`.
    pub fn theme(&self) -> &str {
        self.call.visitor.seated().map_or("system", |s| s.account.preferences.theme.as_str())
    }

    /// Whether single keys act.
    pub fn keys(&self) -> bool {
        self.call.visitor.seated().is_none_or(|s| s.account.preferences.shortcuts)
    }

    /// The organization's name in addresses; empty outside of one.
    pub fn slug(&self) -> &str {
        self.call.member.as_ref().map_or("", |m| m.slug.as_str())
    }

    /// The earlier moment that is looked at, as it was asked for.
    pub fn as_of(&self) -> &str {
        self.call.query.get("as_of").unwrap_or_default()
    }

    /// This page, now.
    pub fn now(&self) -> String {
        format!("{}{}", self.call.path, self.call.query.with(&[("as_of", None)]))
    }
}

/// A status tag.
pub struct Tag {
    /// Its class, and the name of its glyph.
    pub class: &'static str,
    /// Its word.
    pub word: String,
}

/// The groups of registers of which something may be read.
fn groups(call: &Call<'_>, seat: &Seat) -> Result<Vec<(String, String)>, Refused> {
    let policy = call.live()?.aims().access().policy();
    let readable = policy.group_of.iter().filter(|(kind, _)| seat.may(Action::Read, kind));
    let places: std::collections::BTreeSet<usize> = readable.map(|(_, place)| *place).collect();
    let link = |g: &aims_framework::access::Group| (g.title.clone(), format!("{}#{}", call.at("/registers"), g.id));
    Ok(places.into_iter().filter_map(|place| policy.groups.get(place)).map(link).collect())
}

/// The first characters of the newest checkpoint's root.
fn checkpoint(call: &Call<'_>) -> Result<String, StoreError> {
    let Some(member) = &call.member else { return Ok(String::new()) };
    let note = member.live.aims().store().snapshot()?.checkpoint()?;
    let root = note.as_ref().and_then(|note| note.text().lines().nth(2).map(|root| root.chars().take(12).collect()));
    Ok(root.unwrap_or_default())
}
