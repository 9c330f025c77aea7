//! The handles: what a caller may do here. A door makes one once it knows who calls; whoever is
//! given a [`Writer`] can refer people, and cannot run the node.
//!
//! ```text
//!   session ─┐                    ┌─ may work ─────▶ Writer ─┐
//!            ├─▶ Member (anybody) ┤                          ├─ either ▶ Teammate
//!            │                    ├─ may administer ▶ Admin ─┘
//!            │                    ├─ may coordinate ▶ Coordinator
//!   API key ─┘                    └─ may audit ─────▶ Auditor
//!
//!   personal code ────────────────────────────────────▶ Bearer (one referral)
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use maillage_protocol::calendar::Calendar;
use maillage_protocol::codes::{Answerer, AttemptEnd, HeardBy, Helped, Medium, Outcome};
use maillage_protocol::consent::{PersonalCode, SignedReceipt, WithdrawalScope};
use maillage_protocol::directory::Card;
use maillage_protocol::id::{NodeId, ProfessionalId, ReferralId, ServiceId, UnitId};
use maillage_protocol::link::Invitation;
use maillage_protocol::private::Private;
use maillage_protocol::referral::{Author, Command, Referral};
use maillage_protocol::time::Timestamp;
use maillage_protocol::transport::TrailAnswer;

use super::{
    AccessError, AccessName, Account, AccountError, AccountPerson, App, AppError, Calls,
    CheckedReceipt, DraftError, ErasureLine, Everything, ExceptionalAccess, JoinFailure, LinkError,
    LinkLine, Note, Observed, Opening, PeerView, PersonCard, PrivateNote, Proposed, RefusalLine,
    Renewal, Request, Rule, SayError, Search, ShortCode, Story, StuckConference, Texts,
    WeakPassword, Worklist, WorklistRow, WrongReceipt,
};
use crate::env::random;
use crate::facts::{Absence, AccessReason, Capability, Duty, ImportedPlace, MailChoice};

/// Somebody with an account here, whatever they may do.
#[derive(Clone)]
pub struct Member {
    app: Arc<App>,
    account: Account,
}

impl Member {
    /// Makes the handle of somebody who proved who they are.
    pub(crate) const fn new(app: Arc<App>, account: Account) -> Self {
        Self { app, account }
    }

    /// Returns whose handle it is.
    #[must_use]
    pub const fn id(&self) -> ProfessionalId {
        self.account.id
    }

    /// Returns the account.
    #[must_use]
    pub const fn account(&self) -> &Account {
        &self.account
    }

    /// Tells whether they may do something.
    #[must_use]
    pub fn may(&self, capability: Capability) -> bool {
        self.account.capabilities.contains(&capability)
    }

    /// Returns the present time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.app.env().now()
    }

    /// Returns bytes that nobody can guess.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        random(&**self.app.env())
    }

    /// Returns how the structure is called.
    #[must_use]
    pub fn organization(&self) -> String {
        self.app.organization()
    }

    /// Checks what a person holds on paper.
    pub fn check_receipt(&self, signed: &SignedReceipt) -> Result<CheckedReceipt, WrongReceipt> {
        self.app.check_receipt(signed)
    }

    /// Changes their own password, if they know the old one. `None` says that they do not.
    pub fn change_password(
        &self,
        old: &Private<String>,
        new: &Private<String>,
    ) -> Result<Option<Result<(), WeakPassword>>, AppError> {
        let login = &self.account.person.reveal().login;
        match self.app.authenticate(login, old)? {
            Some(_) => Ok(Some(self.app.set_password(self.id(), new)?)),
            None => Ok(None),
        }
    }

    /// Returns the links by which their password could be changed, the last one first.
    #[must_use]
    pub fn own_links(&self) -> Vec<LinkLine> {
        let mut links = self.app.links_made();
        links.retain(|link| link.account == self.id());
        links
    }

    /// Chooses where and when mail reaches them.
    pub fn choose_mail(&self, address: Option<String>, choice: MailChoice) -> Result<(), AppError> {
        self.app.choose_mail(self.id(), address, choice)
    }

    /// Keeps what they typed in a form; if it is about a referral, as long as what identifies in it.
    pub fn keep_draft(
        &self,
        draft: Option<UnitId>,
        about: Option<ReferralId>,
        text: &Private<serde_json::Value>,
    ) -> Result<UnitId, DraftError> {
        self.app.keep_draft(self.id(), draft, about, text)
    }

    /// Returns what they typed in a form.
    pub fn draft(&self, draft: UnitId) -> Result<Private<serde_json::Value>, DraftError> {
        self.app.draft(self.id(), draft)
    }

    /// Throws away what they typed in a form: its key is destroyed.
    pub fn drop_draft(&self, draft: UnitId) -> Result<(), DraftError> {
        self.app.drop_draft(self.id(), draft)
    }

    /// Returns the forms that they have not finished, oldest first.
    #[must_use]
    pub fn drafts(&self) -> Vec<UnitId> {
        self.app.drafts(self.id())
    }
}

/// Somebody who works with a team, or runs its node: they know who is there.
#[derive(Clone)]
pub struct Teammate(Member);

impl Teammate {
    /// Makes the handle of somebody who may work or administer.
    #[must_use]
    pub fn of(member: Member) -> Option<Self> {
        let belongs = member.may(Capability::Work) || member.may(Capability::Administer);
        belongs.then_some(Self(member))
    }

    /// Returns the handle that does less.
    #[must_use]
    pub const fn member(&self) -> &Member {
        &self.0
    }

    /// Returns who has an account here, by their names.
    #[must_use]
    pub fn team(&self) -> Vec<Account> {
        self.0.app.team()
    }

    /// Returns who is told today what was for somebody who is away.
    #[must_use]
    pub fn standing_in(&self) -> Vec<ProfessionalId> {
        self.0.app.standing_in()
    }

    /// Tells whether somebody has an account here.
    #[must_use]
    pub fn knows(&self, colleague: ProfessionalId) -> bool {
        self.team().iter().any(|account| account.id == colleague)
    }

    /// Writes down that a colleague will be away, or will not be after all.
    pub fn set_absence(
        &self,
        colleague: ProfessionalId,
        absence: Option<Absence>,
    ) -> Result<(), AppError> {
        self.0.app.set_absence(self.0.id(), colleague, absence)
    }
}

/// Somebody who refers people, and answers.
#[derive(Clone)]
pub struct Writer(Member);

impl Writer {
    /// Makes the handle of somebody who may work.
    #[must_use]
    pub fn of(member: Member) -> Option<Self> {
        member.may(Capability::Work).then_some(Self(member))
    }

    /// Returns the handle that does less.
    #[must_use]
    pub const fn member(&self) -> &Member {
        &self.0
    }

    /// Proposes a referral.
    pub fn propose(&self, request: Request, once: [u8; 16]) -> Result<Proposed, SayError> {
        self.0.app.propose(self.0.id(), request, once)
    }

    /// Writes down that she agrees to the same for longer.
    pub fn renew(
        &self,
        id: ReferralId,
        renewal: Renewal,
        once: [u8; 16],
    ) -> Result<Proposed, SayError> {
        self.0.app.renew(self.0.id(), id, renewal, once)
    }

    /// Says something about a referral, in the name of the organization or of the person in front
    /// of this professional.
    pub fn say(
        &self,
        by: Author,
        id: ReferralId,
        command: Command,
        texts: Texts,
        once: [u8; 16],
    ) -> Result<(), SayError> {
        self.0.app.say(Some(self.0.id()), by, id, command, texts, Some(once))
    }

    /// Tells who issued a personal code: this node, or a partner that answers now.
    pub async fn search(&self, calls: &dyn Calls, code: &PersonalCode) -> Search {
        match self.0.app.referral_of(code) {
            Some(_) => Search { issuer: Some(self.0.app.node()), silent: 0 },
            None => calls.search(code).await,
        }
    }

    /// Stops what a code names, here or at the partner that issued it.
    pub fn stop_by_code(&self, issuer: NodeId, code: PersonalCode) -> Result<(), SayError> {
        if issuer != self.0.app.node() {
            return self.0.app.hand_code_on(issuer, code);
        }
        let known = self.0.app.withdraw_by_code(&code)?;
        known.then_some(()).ok_or(SayError::Unknown)
    }

    /// Closes the need of a referral that met nobody's help, or that was met otherwise.
    pub fn close_need(&self, referral: ReferralId, outcome: Outcome) -> Result<(), SayError> {
        self.0.app.close_need(self.0.id(), referral, outcome)
    }

    /// Returns what is known here of the person of a referral.
    pub fn person(&self, referral: ReferralId) -> Result<Option<PersonCard>, AppError> {
        self.0.app.person_of(referral)
    }

    /// Returns what waits for somebody.
    pub fn worklist(&self) -> Result<Worklist, AppError> {
        let mut lists = self.0.app.worklist()?;
        lists.rows().for_each(|row| self.reads(row));
        Ok(lists)
    }

    /// Returns the referrals that are over, the latest first.
    pub fn ended(&self, limit: usize) -> Result<Vec<WorklistRow>, AppError> {
        let mut rows = self.0.app.ended(limit)?;
        rows.iter_mut().for_each(|row| self.reads(row));
        Ok(rows)
    }

    /// Leaves out of a row what is not for whoever reads it: that they are to be told themselves, and
    /// the name of a person whom they have not met, or who must not be seen on a list.
    fn reads(&self, row: &mut WorklistRow) {
        row.read_by(self.0.id());
        let named = !row.discreet && self.0.app.has_met(self.0.id(), row.id);
        row.first_name = row.first_name.take().filter(|_| named);
    }

    /// Returns everything that may be shown of one referral: that it was opened is written.
    pub fn story(&self, id: ReferralId) -> Result<Option<Story>, AppError> {
        let mut story = self.0.app.open_story(self.0.id(), id)?;
        story.iter_mut().for_each(|story| story.row.read_by(self.0.id()));
        Ok(story)
    }

    /// Returns who opened a referral here, the last one first.
    #[must_use]
    pub fn openings(&self, id: ReferralId) -> Vec<Opening> {
        self.0.app.openings(id)
    }

    /// Returns the erasures that partners had to attest, and have not: somebody calls them.
    #[must_use]
    pub fn late_erasures(&self) -> Vec<ErasureLine> {
        self.0.app.late_erasures()
    }

    /// Returns the notes of this team about a referral, oldest first.
    pub fn notes(&self, id: ReferralId) -> Result<Vec<Note>, AppError> {
        self.0.app.notes(id)
    }

    /// Keeps a note for this team.
    pub fn write_note(
        &self,
        id: ReferralId,
        note: &PrivateNote,
        once: [u8; 16],
    ) -> Result<(), SayError> {
        self.0.app.write_note(self.0.id(), id, note, once)
    }

    /// Destroys a note of this team.
    pub fn destroy_note(&self, id: ReferralId, note: UnitId) -> Result<(), AppError> {
        self.0.app.destroy_note(id, note)
    }

    /// Returns the state of a referral, as both nodes must fold it.
    #[must_use]
    pub fn referral(&self, id: ReferralId) -> Option<Referral> {
        self.0.app.referral(id)
    }

    /// Returns which half of a referral is ours.
    #[must_use]
    pub fn side(&self, id: ReferralId) -> Option<Author> {
        self.0.app.side(id)
    }

    /// Returns the referral of a reference.
    #[must_use]
    pub fn find(&self, code: ShortCode) -> Option<ReferralId> {
        self.0.app.find(code)
    }

    /// Returns who refers people and answers here, by their names.
    #[must_use]
    pub fn colleagues(&self) -> Vec<Account> {
        self.0.app.team().into_iter().filter(Account::works).collect()
    }

    /// Gives a referral to a colleague to follow. Returns whether there is such a colleague, and
    /// such a referral.
    pub fn hand_on(&self, referral: ReferralId, to: ProfessionalId) -> Result<bool, AppError> {
        self.0.app.hand_on(self.0.id(), referral, to)
    }

    /// Returns the referrals of people whose name begins with what was typed, at most `limit`, and
    /// whether there are more. That they were found is written.
    pub fn named(
        &self,
        typed: &Private<String>,
        limit: usize,
    ) -> Result<(Vec<WorklistRow>, bool), AppError> {
        let (mut rows, more) = self.0.app.named(typed, limit)?;
        for row in &mut rows {
            self.0.app.write_found(self.0.id(), row.id)?;
            row.read_by(self.0.id());
        }
        Ok((rows, more))
    }

    /// Returns the organizations that are linked with this one.
    #[must_use]
    pub fn partners(&self) -> Vec<PeerView> {
        self.0.app.partners()
    }

    /// Returns which days are worked here.
    #[must_use]
    pub fn calendar(&self) -> Calendar {
        self.0.app.state().practice.calendar
    }

    /// Returns how each service has answered this node.
    #[must_use]
    pub fn observed(&self) -> BTreeMap<(NodeId, ServiceId), Observed> {
        self.0.app.observed()
    }

    /// Returns the places that others describe.
    #[must_use]
    pub fn places(&self) -> Vec<ImportedPlace> {
        self.0.app.places()
    }

    /// Returns how this structure describes itself.
    #[must_use]
    pub fn card(&self) -> Option<Card> {
        self.0.app.card()
    }
}

/// Somebody who runs the node. No content.
#[derive(Clone)]
pub struct Admin(Member);

impl Admin {
    /// Makes the handle of somebody who may administer.
    #[must_use]
    pub fn of(member: Member) -> Option<Self> {
        member.may(Capability::Administer).then_some(Self(member))
    }

    /// Returns the handle that does less.
    #[must_use]
    pub const fn member(&self) -> &Member {
        &self.0
    }

    /// Returns somebody who has an account here.
    #[must_use]
    pub fn colleague(&self, id: ProfessionalId) -> Option<Account> {
        self.0.app.account(id)
    }

    /// Makes an account, and the link by which its owner chooses a password.
    pub fn add_colleague(
        &self,
        person: &AccountPerson,
        capabilities: Vec<Capability>,
    ) -> Result<Private<String>, AccountError> {
        self.0.app.add_colleague(self.0.id(), person, capabilities)
    }

    /// Makes a link by which somebody chooses another password.
    pub fn new_link(&self, colleague: ProfessionalId) -> Result<Private<String>, AccountError> {
        self.0.app.new_link(self.0.id(), colleague)
    }

    /// Closes an account, and gives what it followed to `heir` or to whoever stands in.
    pub fn close(
        &self,
        colleague: ProfessionalId,
        heir: Option<ProfessionalId>,
    ) -> Result<(), AccountError> {
        self.0.app.leave(colleague, heir)
    }

    /// Gives somebody a duty in their team, or none.
    pub fn give_duty(&self, colleague: ProfessionalId, duty: Option<Duty>) -> Result<(), AppError> {
        self.0.app.give_duty(colleague, duty)
    }

    /// Returns the nodes that this one is linked with, or about to be.
    #[must_use]
    pub fn partners(&self) -> Vec<PeerView> {
        self.0.app.partners()
    }

    /// Makes an invitation.
    pub fn invite(&self) -> Result<Invitation, AppError> {
        self.0.app.invite()
    }

    /// Answers an invitation. Returns the six digits that two humans compare.
    pub async fn join(&self, calls: &dyn Calls, text: &str) -> Result<String, JoinFailure> {
        calls.join(text).await
    }

    /// Approves a link: the six digits are the same on both sides.
    pub fn approve(&self, peer: NodeId) -> Result<(), LinkError> {
        self.0.app.approve_link(peer)
    }

    /// Tells whether nobody else runs this node.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        !self.0.app.others_administer(self.0.id())
    }

    /// Returns the accesses to content that were asked for, the last one first.
    #[must_use]
    pub fn accesses(&self) -> Vec<ExceptionalAccess> {
        self.0.app.accesses()
    }

    /// Asks to open a referral, and says why.
    pub fn ask_access(&self, code: ShortCode, why: AccessReason) -> Result<(), AccessError> {
        self.0.app.ask_access(self.0.id(), code, why)
    }

    /// Agrees that another one opens a referral.
    pub fn grant_access(&self, access: AccessName) -> Result<(), AccessError> {
        self.0.app.grant_access(self.0.id(), access)
    }

    /// Refuses an access, gives it up, or closes it before its hour is over.
    pub fn end_access(&self, access: AccessName) -> Result<(), AccessError> {
        self.0.app.end_access(self.0.id(), access)
    }

    /// Opens all that is kept of a referral, if it was agreed. It is written, with the reason, and
    /// told to the person.
    pub fn open_by_exception(&self, code: ShortCode) -> Result<Option<Everything>, AppError> {
        self.0.app.open_by_exception(self.0.id(), code)
    }

    /// Says whether a partner coordinates the territory.
    pub fn set_coordination(&self, peer: NodeId, coordinates: bool) -> Result<(), LinkError> {
        self.0.app.set_coordination(peer, coordinates)
    }

    /// Suspends a link.
    pub fn suspend(&self, peer: NodeId) -> Result<(), LinkError> {
        self.0.app.suspend_link(peer)
    }

    /// Resumes a link.
    pub fn resume(&self, peer: NodeId) -> Result<(), LinkError> {
        self.0.app.resume_link(peer)
    }
}

/// Somebody who coordinates a territory. No referral.
#[derive(Clone)]
pub struct Coordinator(Member);

impl Coordinator {
    /// Makes the handle of somebody who may coordinate.
    #[must_use]
    pub fn of(member: Member) -> Option<Self> {
        member.may(Capability::Coordinate).then_some(Self(member))
    }

    /// Returns the conferences of partners that come to no end, oldest first.
    #[must_use]
    pub fn stuck_conferences(&self) -> Vec<StuckConference> {
        self.0.app.stuck_conferences()
    }
}

/// Somebody who watches over the protection of data. No content, and nothing to change.
#[derive(Clone)]
pub struct Auditor(Member);

impl Auditor {
    /// Makes the handle of somebody who may audit.
    #[must_use]
    pub fn of(member: Member) -> Option<Self> {
        member.may(Capability::Audit).then_some(Self(member))
    }

    /// Returns the handle that does less.
    #[must_use]
    pub const fn member(&self) -> &Member {
        &self.0
    }

    /// Returns who opened what here, the last one first, at most `limit` times: of one referral, or
    /// of all.
    #[must_use]
    pub fn trail(&self, of: Option<ShortCode>, limit: usize) -> Vec<(ShortCode, Opening)> {
        self.0.app.trail(of, limit)
    }

    /// Returns the accesses to content that were asked for, the last one first.
    #[must_use]
    pub fn accesses(&self) -> Vec<ExceptionalAccess> {
        self.0.app.accesses()
    }

    /// Returns the orders to erase that were given and received, the last one first.
    #[must_use]
    pub fn erasures(&self) -> Vec<ErasureLine> {
        self.0.app.erasure_register()
    }

    /// Returns what was sent and refused, since she had not agreed to it, the last one first.
    pub fn refusals(&self) -> Result<Vec<RefusalLine>, AppError> {
        self.0.app.refusals()
    }

    /// Returns the links by which passwords were chosen, the last one first.
    #[must_use]
    pub fn links_made(&self) -> Vec<LinkLine> {
        self.0.app.links_made()
    }

    /// Returns how much each rule of retention would destroy now.
    pub fn retention(&self) -> Result<BTreeMap<Rule, u64>, AppError> {
        self.0.app.retain(true)
    }
}

/// The person herself, by the code of her receipt: her referral, and nothing else. No account.
#[derive(Clone)]
pub struct Bearer {
    app: Arc<App>,
    referral: ReferralId,
}

impl Bearer {
    /// Makes the handle of whoever knows a code, if this node issued it.
    #[must_use]
    pub fn of(app: Arc<App>, code: &PersonalCode) -> Option<Self> {
        let referral = app.referral_of(code)?;
        Some(Self { app, referral })
    }

    /// Returns everything that may be shown of her referral.
    pub fn story(&self) -> Result<Option<Story>, AppError> {
        self.app.story(self.referral)
    }

    /// Returns who opened her request at the structure that wrote it, the last one first.
    #[must_use]
    pub fn openings(&self) -> Vec<Opening> {
        self.app.openings(self.referral)
    }

    /// Returns by their names whom we asked for her in vain, and how each attempt ended.
    #[must_use]
    pub fn tried(&self, story: &Story) -> Vec<(String, AttemptEnd)> {
        story.tried.iter().map(|(peer, end)| (self.app.name_of(*peer), *end)).collect()
    }

    /// Asks those who were asked when they opened her request. `None` if they do not answer now.
    pub async fn their_openings(&self, calls: &dyn Calls) -> Option<TrailAnswer> {
        let peer = self.app.case(self.referral)?.peer;
        calls.openings(peer, self.referral).await
    }

    /// Returns how the structure that wrote her request describes itself.
    #[must_use]
    pub fn card(&self) -> Option<Card> {
        self.app.card()
    }

    /// Takes her consent back, and erases. What was taken back already stays so.
    pub fn withdraw(&self, scope: WithdrawalScope) -> Result<(), SayError> {
        self.app.withdraw(self.referral, scope)
    }

    /// Writes down whether she was helped, in her own name.
    pub fn answer(&self, helped: Helped) -> Result<(), SayError> {
        self.say(Command::GiveFeedback {
            helped,
            answerer: Answerer::Person,
            via: Medium::Page,
            heard: HeardBy::Code,
        })
    }

    fn say(&self, command: Command) -> Result<(), SayError> {
        self.app.say(None, Author::Person, self.referral, command, Texts::default(), None)
    }
}
