//! The table is the judge, not the code: `vectors/states.json`, both ways.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

use proptest::prelude::*;
use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Table {
    statuses: Vec<Row>,
    transitions: Vec<Transition>,
    late_news: Vec<Jump>,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    terminal: bool,
    holders: BTreeSet<Author>,
    clock: Option<Clock>,
}

/// How long whoever has the turn has: « 5wd » are working days, « 30d » days.
#[derive(Deserialize)]
struct Clock {
    normal: String,
    priority: String,
}

#[derive(Deserialize)]
struct Transition {
    #[serde(flatten)]
    jump: Jump,
    event: String,
    by: String,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Jump {
    from: Status,
    to: Status,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../vectors/states.json")).expect("the table is JSON")
});

impl Jump {
    fn between(before: &Referral, after: &Referral) -> Self {
        Self { from: before.status(), to: after.status() }
    }
}

/// What a voice may wish, when it is said, and who says it in the table.
type Wish = (Command, Timestamp, &'static str);

/// Returns everything a voice may wish.
pub(super) fn wishes(by: Author) -> Vec<Wish> {
    use Command::*;
    let now = |by: &'static str| move |command| (command, NOW, by);
    let clock = |command| (command, LATER, "clock");
    let talk = vec![
        (CallConference(ConferenceReason::Complex), NOW, "either"),
        (JoinConference, NOW, "either"),
        (plan(), LATER, "either"),
        (no_solution(), LATER, "either"),
        clock(TacitlyClose),
    ];
    match by {
        Us => {
            let human = [
                propose(proposal()),
                Answer { answers: vec![] },
                RequestReview { facts: vec![] },
                disclose(),
                cancel(),
                MarkMistaken(MistakeReason::WrongPerson),
                Confirm,
            ];
            let late = [clock(PurgeDraft), clock(EnforceCancellation), (Expire, LATER, "sender")];
            human.map(now("sender")).into_iter().chain(late).chain(talk).collect()
        }
        Them => {
            let human = [
                Open,
                Question { matters: vec![] },
                Accept,
                decline(),
                Waitlist { until: day("2026-03-20") },
                schedule(),
                Start(FirstContact::Met),
                Miss(MissedCause::Excused),
                step_down(),
                refer_on(),
                Resume,
                ConfirmCancellation { told: true },
                conclude(Outcome::Accompanied),
            ];
            let node = (Acknowledge, NOW, "receiver_node");
            // They follow the child, not a date.
            let child = [FinishReferringOn, TakeBack { why: ChildEnd::Declined }];
            let child = child.map(|command| (command, NOW, "clock"));
            human.map(now("receiver")).into_iter().chain([node]).chain(child).chain(talk).collect()
        }
        Her => [WITHDRAW, feedback(Helped::Yes), feedback(Helped::Partly), feedback(Helped::No)]
            .map(now("person"))
            .to_vec(),
    }
}

/// How often questions and conferences may start again, for the walk to end.
#[derive(Clone, Copy)]
struct Patience {
    questions: u8,
    rounds: u8,
}

/// Returns what a voice may say, knowing a view: the fact, and who says it in the table.
fn sayings(
    view: &Referral,
    wishes: &[Wish],
    by: Author,
    patience: Patience,
) -> Vec<(Fact, &'static str)> {
    let round = match by {
        Us => view.sender.round,
        Them | Her => view.receiver.round,
    };
    let patient = |command: &Command| match command {
        Command::Question { .. } => view.receiver.asked < patience.questions,
        Command::CallConference(_) => round.map_or(0, |round| round.number) < patience.rounds,
        // Only a draft is proposed; the rules say it one by one.
        Command::Propose { .. } => view.status() == Status::Draft,
        // Said once is enough for the walk: later ones only correct.
        Command::Disclose { .. } => view.sender.disclosed.is_none(),
        Command::Waitlist { .. } => view.status() == Status::Accepted,
        Command::GiveFeedback { helped, .. } => {
            view.status() == Status::Concluded
                && view.person.said(view.receiver.concluded, *helped).is_none()
        }
        _ => true,
    };
    let patient = wishes.iter().filter(|(command, ..)| patient(command));
    patient
        .filter_map(|(command, at, who)| Some((decide(view, by, *at, command.clone()).ok()?, *who)))
        .collect()
}

#[test]
fn the_table_is_sound() {
    let names: Vec<_> = TABLE.statuses.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names.len(), 22);
    assert_eq!(TABLE.transitions.len(), 101);
    assert_eq!(TABLE.late_news.len(), 46);
    let ours: BTreeSet<_> = Status::ALL.iter().map(|status| status.code()).collect();
    assert_eq!(names.iter().copied().collect::<BTreeSet<_>>(), ours);
    for row in &TABLE.statuses {
        let status = Status::from_code(&row.name).expect("the table knows our statuses");
        assert_eq!(status.is_over(), row.terminal, "{}", row.name);
        assert_eq!(row.holders.is_empty(), row.terminal, "{}", row.name);
    }
}

/// Both sides know everything: `decide` draws the 101 arrows and no other, every status is
/// reached, whoever holds the turn can act, and each organization alone can bring it to an end.
#[test]
fn status_walks_the_table() {
    let patience = Patience { questions: 1, rounds: 1 };
    let holders: BTreeMap<_, _> =
        TABLE.statuses.iter().map(|row| (Status::from_code(&row.name), &row.holders)).collect();
    let wishes = [Us, Them, Her].map(|by| (by, wishes(by)));
    let mut walk = Walk::default();
    let mut drawn = BTreeSet::new();
    while let Some((place, view)) = walk.next() {
        let status = view.status();
        let duty = view.duty(status);
        let mut holder_can_act = false;
        for (by, wishes) in &wishes {
            for (fact, who) in sayings(&view, wishes, *by, patience) {
                holder_can_act |= duty.is_some_and(|(holder, _)| holder == *by);
                let after = view.clone().hear(&fact);
                let jump = Jump::between(&view, &after);
                let kind = fact.event.kind();
                let moved_appointment = kind == "scheduled" && jump.from == Status::Scheduled;
                if jump.from != jump.to || moved_appointment {
                    drawn.insert((jump, kind, who));
                }
                walk.reach(place, after, (*by, is_a_way_to_end(&fact.event)));
            }
        }
        if let Some((holder, act)) = duty {
            assert!(holders[&Some(status)].contains(&holder), "{status:?}: {holder:?}");
            assert!(holder_can_act, "{act:?} in {view:?}");
        }
    }
    let arrows: BTreeSet<_> = TABLE.transitions.iter().map(Transition::arrow).collect();
    assert_eq!(drawn.difference(&arrows).collect::<Vec<_>>(), Vec::<&Arrow<'_>>::new(), "too many");
    assert_eq!(arrows.difference(&drawn).collect::<Vec<_>>(), Vec::<&Arrow<'_>>::new(), "missing");
    walk.nobody_is_stuck(Patience { rounds: 2, ..patience });
}

type Arrow<'a> = (Jump, &'a str, &'a str);

impl Transition {
    fn arrow(&self) -> Arrow<'_> {
        (self.jump, &self.event, &self.by)
    }
}

/// Every view that can be reached, once.
struct Walk {
    views: Vec<Referral>,
    places: HashMap<Referral, usize, BuildHasherDefault<Quick>>,
    todo: VecDeque<usize>,
    /// From where one comes, by whose word.
    back: Vec<Vec<(usize, Author)>>,
}

/// A hash that is quick where nothing is optimized. Nobody attacks this table.
#[derive(Default)]
struct Quick(u64);

impl Hasher for Quick {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u8(&mut self, n: u8) {
        self.write_u64(u64::from(n));
    }

    fn write_isize(&mut self, n: isize) {
        self.write_u64(n.unsigned_abs() as u64);
    }

    fn write_u64(&mut self, n: u64) {
        self.0 = (self.0.rotate_left(5) ^ n).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Default for Walk {
    fn default() -> Self {
        let start = Referral::default();
        Self {
            views: vec![start.clone()],
            places: HashMap::from_iter([(start, 0)]),
            todo: VecDeque::from([0]),
            back: vec![vec![]],
        }
    }
}

impl Walk {
    fn next(&mut self) -> Option<(usize, Referral)> {
        let place = self.todo.pop_front()?;
        Some((place, self.views[place].clone()))
    }

    fn reach(&mut self, from: usize, view: Referral, (by, ends): (Author, bool)) {
        let place = *self.places.entry(view).or_insert_with_key(|view| {
            self.views.push(view.clone());
            self.back.push(vec![]);
            self.todo.push_back(self.views.len() - 1);
            self.views.len() - 1
        });
        if ends {
            self.back[place].push((from, by));
        }
    }

    /// If the other side dies, each organization alone can bring the referral to an end, if need
    /// be by calling a conference once more.
    fn nobody_is_stuck(&self, patience: Patience) {
        for by in [Us, Them] {
            let mut ends: Vec<_> = self.views.iter().map(|view| view.status().is_over()).collect();
            let mut todo: Vec<_> = (0..ends.len()).filter(|place| ends[*place]).collect();
            while let Some(place) = todo.pop() {
                for (from, who) in &self.back[place] {
                    if *who == by && !ends[*from] {
                        ends[*from] = true;
                        todo.push(*from);
                    }
                }
            }
            let (wishes, mut known) = (wishes(by), HashMap::new());
            for (view, ends) in self.views.iter().zip(ends) {
                let silent = by == Them && view.receiver.stage == Stage::Silent;
                let asked = view.sender.asked().is_some();
                let ends = ends || !asked || silent;
                assert!(
                    ends || ends_alone(view, by, &wishes, patience, &mut known),
                    "{by:?} is stuck in {view:?}"
                );
            }
        }
    }
}

fn ends_alone(
    view: &Referral,
    by: Author,
    wishes: &[Wish],
    patience: Patience,
    known: &mut HashMap<Referral, bool>,
) -> bool {
    if let Some(ends) = known.get(view) {
        return *ends;
    }
    known.insert(view.clone(), false);
    let ends = view.status().is_over()
        || sayings(view, wishes, by, patience).iter().any(|(fact, _)| {
            is_a_way_to_end(&fact.event)
                && ends_alone(&view.clone().hear(fact), by, wishes, patience, known)
        });
    known.insert(view.clone(), ends);
    ends
}

/// A mistake is a way out, not an end; an appointment can be moved for ever.
fn is_a_way_to_end(event: &Event) -> bool {
    !matches!(event, Event::Mistaken { .. } | Event::Scheduled { .. })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    /// Two nodes, any number of letters under way: they end up agreeing, and no jump is seen but
    /// those of the table and the late news.
    #[test]
    fn crossed_letters(choices in prop::collection::vec(any::<(u8, u16)>(), 8..60)) {
        let patience = Patience { questions: 3, rounds: 3 };
        let wishes = [Us, Them, Her].map(wishes);
        let listed: BTreeSet<_> = TABLE
            .transitions
            .iter()
            .map(|arrow| &arrow.jump)
            .chain(&TABLE.late_news)
            .cloned()
            .collect();
        let mut nodes = [Referral::default(), Referral::default()];
        let mut boxes = [VecDeque::<Fact>::new(), VecDeque::new()];
        for (dice, choice) in choices {
            let node = usize::from(dice & 1);
            let before = nodes[node].clone();
            // A letter arrives, or somebody speaks.
            let letter = if dice & 2 == 0 { boxes[node].pop_front() } else { None };
            let fact = letter.clone().or_else(|| {
                let by = match (dice >> 2) % 10 {
                    0 => Her,
                    _ => [Us, Them][node],
                };
                let place = [Us, Them, Her].iter().position(|who| *who == by)?;
                let mut said = sayings(&before, &wishes[place], by, patience);
                // What ends everything is rare.
                said.retain(|(fact, _)| {
                    !matches!(fact.event.kind(), "mistaken" | "withdrawn" | "draft_purged")
                        || choice % 12 == 0
                });
                (!said.is_empty()).then(|| said.swap_remove(usize::from(choice) % said.len()).0)
            });
            let Some(fact) = fact else { continue };
            // The receiver's node knows nothing before it was asked.
            if letter.is_none() && node == 1 && before.sender.asked().is_none() {
                continue;
            }
            nodes[node] = before.clone().hear(&fact);
            let (status, turn) = (nodes[node].status(), nodes[node].turn());
            prop_assert_eq!(turn.is_none(), status.is_over(), "{:?}", nodes[node]);
            let sent = nodes[0].sender.asked().is_some();
            if letter.is_none() && sent {
                boxes[1 - node].push_back(fact);
            }
            let jump = Jump::between(&before, &nodes[node]);
            let known = jump.from == jump.to || jump.from == Status::Draft || listed.contains(&jump);
            prop_assert!(known, "a jump that nobody listed: {jump:?} from {before:?}");
        }
        for (node, letters) in boxes.into_iter().enumerate() {
            nodes[node] = letters.iter().fold(nodes[node].clone(), |view, fact| view.hear(fact));
        }
        let [here, there] = nodes;
        prop_assert!(here == there || there.sender.asked().is_none());
    }
}

/// Every duration of the table, for what is normal and for what is not.
#[test]
fn the_table_is_the_judge_of_durations() {
    let and = |before: Vec<(Author, Command)>, by, command| {
        before.into_iter().chain([(by, command)]).collect::<Vec<_>>()
    };
    let question = Command::Question { matters: vec![] };
    let scheduled = || and(accepted(), Them, schedule());
    let at_each = [
        vec![(Us, Command::Draft)],
        proposed(),
        and(proposed(), Them, Command::Acknowledge),
        seen(),
        and(seen(), Them, question),
        accepted(),
        scheduled(),
        and(scheduled(), Them, Command::Miss(MissedCause::Excused)),
        underway(),
        and(seen(), Them, refer_on()),
        and(seen(), Them, Command::CallConference(ConferenceReason::Loop)),
        and(underway(), Us, cancel()),
        concluded(),
    ];
    // What is promised is due when it was promised.
    let clocked = TABLE.statuses.iter().filter_map(|row| Some((&row.name, row.clock.as_ref()?)));
    let clocked: BTreeMap<_, _> = clocked.filter(|(name, _)| *name != "waitlisted").collect();
    let mut judged = BTreeSet::new();
    for (urgency, acts) in [Urgency::Normal, Urgency::Priority]
        .into_iter()
        .flat_map(|urgency| at_each.clone().map(|acts| (urgency, acts)))
    {
        let asked = || Proposal { urgency, ..proposal() };
        let acts: Vec<_> = acts
            .into_iter()
            .map(|(by, act)| match act {
                Command::Propose { .. } => (by, propose(asked())),
                act => (by, act),
            })
            .collect();
        let referral = after(&acts);
        let name = referral.status().code();
        let clock = clocked.get(&name.to_owned()).unwrap_or_else(|| panic!("{name}"));
        let time = if urgency == Urgency::Normal { &clock.normal } else { &clock.priority };
        let since = match referral.receiver.stage {
            Stage::Scheduled { time } if name == "scheduled" => time,
            _ => NOW,
        };
        let calendar = Calendar::Metropolitan;
        let due = match (time.strip_suffix("wd"), time.strip_suffix('d')) {
            (Some(days), _) => calendar.working_days_after(since, days.parse().unwrap()),
            (None, Some(days)) => since.after(DAY * days.parse::<u32>().unwrap()),
            (None, None) => since.after(DAY),
        };
        assert_eq!(referral.turn().unwrap().due, due, "{name}, {urgency:?}: {time}");
        judged.insert(name.to_owned());
    }
    assert_eq!(judged.len(), clocked.len());
}
