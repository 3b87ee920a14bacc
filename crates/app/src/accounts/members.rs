//! Who is let in to an organization: open invitations, access that ends, accounts that are shut.

use aims_store::accounts::{Digest, Purpose, Ticket};
use jiff::Timestamp;

use super::{Entrance, Invitation, Refused, Seated, Secret, note::Event};

/// An invitation that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// Names it in lists; it is no part of the link.
    pub id: String,
    /// Whom, and as whom.
    pub invitation: Invitation,
    /// Since when.
    pub created: Timestamp,
    /// Until when its link works.
    pub ends: Timestamp,
}

fn invited(ticket: &Ticket) -> Option<Invited> {
    let invitation: Invitation = serde_json::from_str(&ticket.body).ok()?;
    Some(Invited { id: hex::encode(ticket.hash), invitation, created: ticket.created, ends: ticket.ends })
}

impl Entrance {
    /// Invitations to an organization that are open, oldest first.
    ///
    /// # Errors
    /// [`Refused::Store`].
    pub fn invited(&self, org: &str) -> Result<Vec<Invited>, Refused> {
        let open = self.store.open_invitations(self.now())?;
        Ok(open.iter().filter_map(invited).filter(|invited| invited.invitation.org == org).collect())
    }

    /// Takes an invitation to an organization back; its link works no more. Who may is decided before.
    ///
    /// # Errors
    /// [`Refused::LinkEnded`] where it is not open there.
    pub fn withdraw(&self, by: &Seated, org: &str, id: &str) -> Result<Invitation, Refused> {
        let hash: Option<Digest> = hex::decode(id).ok().and_then(|bytes| bytes.try_into().ok());
        let hash = hash.ok_or(Refused::LinkEnded)?;
        let ticket = self.store.ticket(&hash, Purpose::Invitation)?;
        let open = ticket.as_ref().and_then(invited).filter(|invited| invited.invitation.org == org);
        let invitation = open.ok_or(Refused::LinkEnded)?.invitation;
        if !self.store.withdraw_invitation(&hash)? {
            return Err(Refused::LinkEnded);
        }
        let event = Event::done("invitation-withdrawn", &by.account.id).in_org(org);
        self.note(event.with("person", invitation.person.clone()))?;
        Ok(invitation)
    }

    /// Invites the same person anew, with another link; the earlier one works no more.
    ///
    /// # Errors
    /// As [`Entrance::withdraw`] and [`Entrance::invite`].
    pub fn invite_again(&self, by: &Seated, org: &str, id: &str) -> Result<Secret, Refused> {
        let invitation = self.withdraw(by, org, id)?;
        self.invite(by, &invitation)
    }

    /// Ends somebody's access to an organization, their sessions and what they gave tokens for there. Who may is decided before.
    ///
    /// # Errors
    /// [`Refused::NotFound`] where they have none; [`Refused::OwnAccess`].
    pub fn end_access(&self, by: &Seated, org: &str, account: &str) -> Result<(), Refused> {
        if by.account.id == account {
            return Err(Refused::OwnAccess);
        }
        let membership = self.store.membership(account, org)?.ok_or(Refused::NotFound)?;
        self.note(Event::done("access-ended", &by.account.id).in_org(org).with("person", membership.person))?;
        self.store.leave(account, org)?;
        Ok(())
    }

    /// Shuts an account on the whole server, or opens it again: for whoever administers the instance.
    ///
    /// # Errors
    /// [`Refused::NotAdmin`], [`Refused::StepUpRequired`], [`Refused::OwnAccess`], [`Refused::NotFound`].
    pub fn shut(&self, by: &Seated, account: &str, is_shut: bool) -> Result<(), Refused> {
        by.must_be_elevated()?;
        if !by.account.admin {
            return Err(Refused::NotAdmin);
        }
        if by.account.id == account {
            return Err(Refused::OwnAccess);
        }
        self.store.account(account)?.ok_or(Refused::NotFound)?;
        self.store.set_disabled(account, is_shut.then(|| self.now()))?;
        let act = if is_shut { "account-shut" } else { "account-opened" };
        self.note(Event::done(act, account).with("by", by.account.id.clone()))
    }
}
