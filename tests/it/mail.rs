//! Mail leaves real nodes for a real server: about whom, it never says.

use maillage_node::app::AccountPerson;
use maillage_node::control::{Answer, Order};
use maillage_node::facts::{Capability, Duty};
use maillage_protocol::private::Private;
use maillage_tests::{Arrived, FIRST_NAME, Node, Postbox, TELEPHONE, Temper, Territory};
use serde_json::json;

fn hire(node: &Node, login: &str, duty: Option<Duty>) {
    let person = Private::from(AccountPerson::new(&format!("{login}@epn.example"), login));
    let password = Private::from("val-de-brenne-2026".to_owned());
    let capabilities = vec![Capability::Work];
    let made = node.order(&Order::AddUser { person, capabilities, password });
    assert!(matches!(made, Answer::Done), "{made:?}");
    let login = Private::from(format!("{login}@epn.example"));
    let given = node.order(&Order::GiveDuty { login, duty });
    assert!(matches!(given, Answer::Done), "{given:?}");
}

/// Two nodes, and a team at the second one that mail reaches.
fn begin(postbox: &Postbox) -> Territory {
    let settings = postbox.settings();
    let settings = settings.each_ref().map(|(key, value)| (key.as_str(), value.as_str()));
    let names = ["CCAS de Brenne", "EPN Le Lavoir"];
    let all = Territory::with("2026-03-31", 9, &names, &settings);
    let epn = &all.nodes[1];
    hire(epn, "karim", None);
    hire(epn, "hugo", Some(Duty::StandIn));
    hire(epn, "rose", Some(Duty::Referent));
    all
}

fn for_whom(mails: &[Arrived]) -> Vec<&str> {
    mails.iter().map(|mail| mail.to.split('@').next().unwrap()).collect()
}

#[test]
fn a_request_that_nobody_opens_is_written_about_up_the_ladder() {
    let postbox = Postbox::open();
    let mut all = begin(&postbox);
    let id = all.ask(0, 1);
    let epn = &all.nodes[1];
    let arrive = |count| {
        epn.until("mail arrives", |_| postbox.mails().len() >= count);
        let mails = postbox.mails();
        assert_eq!(mails.len(), count, "{:?}", for_whom(&mails));
        mails
    };
    arrive(1);
    all.set("2026-04-02", 17, 1);
    arrive(3);
    all.set("2026-04-08", 17, 1);
    let mails = arrive(4);
    assert_eq!(for_whom(&mails), ["karim", "karim", "hugo", "rose"]);
    let story = || epn.get(&format!("/referrals/{id}")).unwrap();
    epn.until("rose was told", |_| story()["referral"]["told"][0]["mailed"] == true);
    let story = story();
    assert_eq!(story["referral"]["told"][0]["name"], "rose");

    let code = story["referral"]["reference"].as_str().unwrap();
    for mail in &mails {
        assert!(mail.text.contains(code), "{}", mail.text);
        assert!(mail.text.contains("Auto-Submitted: auto-generated"), "{}", mail.text);
        assert!(!mail.text.contains("Content-Transfer-Encoding: base64"), "{}", mail.text);
        let whole = mail.text.replace("=\r\n", "");
        for said in [FIRST_NAME, TELEPHONE, "CCAS", "besoin", "marches"] {
            assert!(!whole.contains(said), "{said}: {whole}");
        }
    }
    all.holds(&[(&id, 0, 1)]);
}

#[test]
fn a_server_that_is_down_loses_no_mail_and_one_that_refuses_is_seen() {
    let postbox = Postbox::open();
    let mut all = begin(&postbox);
    postbox.becomes(Temper::Busy);
    let id = all.ask(0, 1);
    all.nodes[1].until("the server puts a mail off", |_| postbox.asked() > 0);
    // The node stops while the server takes nothing.
    all.nodes[1].kill();
    postbox.becomes(Temper::Kind);
    all.nodes[1].launch();
    let epn = &all.nodes[1];
    epn.until("mail arrives", |_| !postbox.mails().is_empty());
    assert_eq!(for_whom(&postbox.mails()), ["karim"]);

    postbox.becomes(Temper::Refuses("hugo@epn.example".to_owned()));
    all.set("2026-04-02", 17, 1);
    epn.until("the others are written to", |_| postbox.mails().len() == 2);
    let told = || epn.get(&format!("/referrals/{id}")).unwrap()["referral"]["told"].clone();
    epn.until("karim was told", |_| told()[0]["mailed"] == true);
    assert_eq!((&told()[1]["name"], &told()[1]["mailed"]), (&json!("hugo"), &json!(false)));
    let Answer::Users { users } = epn.order(&Order::ListUsers) else { panic!("a list") };
    let unreachable = |login: &str| {
        let mut users = users.iter();
        users.any(|user| user.person.reveal().name == login && user.unreachable)
    };
    epn.until("the refusal is known", |_| unreachable("hugo"));
    assert!(!unreachable("karim"));
}

#[test]
fn a_mailbox_that_is_full_holds_up_nobody_elses_mail() {
    let postbox = Postbox::open();
    let all = begin(&postbox);
    postbox.becomes(Temper::PutsOff("karim@epn.example".to_owned()));
    let id = all.ask(0, 1);
    all.set("2026-04-02", 17, 1);
    let epn = &all.nodes[1];
    epn.until("hugo is written to", |_| for_whom(&postbox.mails()) == ["hugo"]);
    postbox.becomes(Temper::Kind);
    all.set("2026-04-02", 18, 30);
    epn.until("karim too, later", |_| for_whom(&postbox.mails()).contains(&"karim"));
    assert_eq!(epn.status(&id).as_deref(), Some("delivered"));
}
