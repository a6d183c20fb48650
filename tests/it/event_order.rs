//! The feed under concurrency: every event reaches every poller once, in one order, however late it was committed and whoever numbered it.
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use futures_util::future::{join, join_all};
use kindreflex::access::connect;
use kindreflex::audit::sequencer::{Pass, drain, run};
use kindreflex::audit::verify::whole;
use kindreflex::db::types::Id;
use kindreflex::demo::ids;
use serde_json::{Value, json};

use crate::events::follow;
use crate::support::{Actor, Backend, WILG, World, draft_of, path_of};

/// What an event in a transaction of its own is written by.
fn insert(id: Id, facility: &str, organisation: &str) -> String {
    format!(
        "INSERT INTO audit_event (id, at, action, subject_kind, subject_id, organisation_id, facility_id, public_to_inspectors, actor, trace) \
         VALUES ('{id}', now(), 'answersSaved', 'selfAssessment', 'x', '{organisation}', '{facility}', false, '{{\"id\":\"x\",\"role\":\"facility\"}}', '{id}')"
    )
}

fn ids_in(events: &[Value]) -> Vec<String> {
    events
        .iter()
        .map(|event| event["id"].as_str().expect("an id").to_owned())
        .collect()
}

/// Somebody who asks for what is new over and over.
struct Poller {
    actor: Actor,
    cursor: Option<String>,
    found: Vec<String>,
}

impl Poller {
    fn new(actor: Actor) -> Self {
        Self {
            actor,
            cursor: None,
            found: Vec::new(),
        }
    }

    /// Asks once; whether there is more.
    async fn poll(&mut self) -> bool {
        let after = self
            .cursor
            .as_ref()
            .map(|cursor| format!("&after={cursor}"));
        let path = format!("/events?pageSize=4{}", after.unwrap_or_default());
        let page = self.actor.get(&path).await.expect(200).body;
        self.found
            .extend(ids_in(page["items"].as_array().expect("items")));
        self.cursor = Some(page["cursor"].as_str().expect("a cursor").to_owned());
        page["more"] == json!(true)
    }

    /// Asks until all is written and read; what it found, in the order in which it came.
    async fn until(mut self, written: Rc<Cell<bool>>) -> Vec<String> {
        loop {
            let over = written.get();
            let more = self.poll().await;
            if over && !more {
                return self.found;
            }
            if !more {
                actix_web::rt::time::sleep(Duration::from_millis(15)).await;
            }
        }
    }

    async fn catch_up(&mut self) {
        while self.poll().await {}
    }
}

/// Makes an organisation and answers a criterion of De Wilg's, turn by turn.
async fn write(world: &World, name: &str, turns: usize) {
    for turn in 0..turns {
        let input = json!({"name": format!("vzw {name} {turn}"), "validFrom": "2020-01-01"});
        let made = world
            .admin()
            .post("/organisations", input)
            .await
            .expect(201);
        let hospital = json!({"organisationId": made.body["id"], "facilityType": "pz", "name": "PZ Nieuw", "validFrom": "2020-01-01"});
        world
            .admin()
            .post("/facilities", hospital)
            .await
            .expect(201);
        let own = json!({"organisationId": ids::NEW_ORGANISATION, "facilityType": "pz", "name": format!("PZ {name} {turn}"), "validFrom": "2020-01-01"});
        let own = world.admin().post("/facilities", own).await.expect(201);
        let draft = draft_of(&world.wilg(), own.body["id"].as_str().expect("an id")).await;
        let path = format!("{}/answers/actiefWerken", path_of(&draft.body));
        let answer = json!({"level": "volledig"});
        world
            .wilg()
            .seen(&draft)
            .put(&path, answer)
            .await
            .expect(200);
    }
}

/// Transactions that stay open while others come and go, each with an event of De Wilg.
async fn linger(world: &World, turns: u64) -> Vec<Id> {
    let mut made = Vec::new();
    for turn in 0..turns {
        let id = Id::new();
        let mut slow = connect(&world.url).expect("opens");
        slow.batch_execute(&format!(
            "BEGIN; {}",
            insert(id, WILG, ids::NEW_ORGANISATION)
        ))
        .expect("held open");
        actix_web::rt::time::sleep(Duration::from_millis(400 + 250 * turn)).await;
        slow.batch_execute("COMMIT").expect("committed");
        made.push(id);
    }
    made
}

/// Numbers until nothing is left, whichever instance does it.
async fn settle(world: &World) {
    loop {
        let pass = drain(&world.state).await.expect("a pass");
        let report = whole(&world.state, None, |_, _| ())
            .await
            .expect("a report");
        assert_eq!(report.fault_count, 0, "{:?}", report.faults);
        if report.pending == 0 && pass != Pass::Elsewhere {
            return;
        }
        actix_web::rt::time::sleep(Duration::from_millis(20)).await;
    }
}

on_both! {
    async fn a_transaction_held_open_across_seals_is_neither_missed_nor_told_twice(world: World) {
        if world.backend == Backend::Sqlite {
            return; // There is one writer.
        }
        world.number_events().await;
        let mut pollers = [Poller::new(world.wilg()), Poller::new(world.admin())];
        for poller in &mut pollers {
            poller.catch_up().await;
        }
        let held = [Id::new(), Id::new()];
        let mut slow: Vec<_> = held.iter().map(|id| {
            let mut conn = connect(&world.url).expect("opens");
            conn.batch_execute(&format!("BEGIN; {}", insert(*id, WILG, ids::NEW_ORGANISATION))).expect("held open");
            conn
        }).collect();
        let before = whole(&world.state, None, |_, _| ()).await.expect("a report").seals;
        for turn in 0..4 {
            write(&world, &format!("tussendoor {turn}"), 1).await;
            world.number_events().await;
            for poller in &mut pollers {
                poller.catch_up().await;
            }
        }
        let seals = whole(&world.state, None, |_, _| ()).await.expect("a report").seals;
        assert!(seals >= before + 4, "several seals were made meanwhile");
        slow[1].batch_execute("COMMIT").expect("committed");
        world.number_events().await;
        pollers[0].catch_up().await;
        assert_eq!(pollers[0].found.last(), Some(&held[1].to_string()));
        write(&world, "daarna", 1).await;
        world.number_events().await;
        slow[0].batch_execute("COMMIT").expect("committed");
        settle(&world).await;
        for poller in &mut pollers {
            poller.catch_up().await;
        }
        assert_eq!(pollers[0].found.last(), Some(&held[0].to_string()));
        for (poller, actor) in pollers.iter().zip([world.wilg(), world.admin()]) {
            assert_eq!(poller.found, ids_in(&follow(&actor, None, "").await.0), "nothing missed, nothing twice, one order");
            let mut once = poller.found.clone();
            once.sort();
            once.dedup();
            assert_eq!(once.len(), poller.found.len());
        }
    }

    async fn every_event_reaches_every_poller_of_every_instance_once_and_in_one_order(world: World) {
        world.number_events().await;
        // SQLite has one process; PostgreSQL as many as it takes.
        let others = match world.backend { Backend::Sqlite => 0, Backend::Postgres => 2 };
        let mut instances = vec![world];
        for _ in 0..others {
            let other = instances[0].beside().await;
            instances.push(other);
        }
        let sequencers: Vec<_> = instances.iter().map(|one| actix_web::rt::spawn(run(one.state.clone()))).collect();
        let written = Rc::new(Cell::new(false));
        let pollers = |actor: fn(&World) -> Actor| {
            let turns = instances.iter().cycle().take(3);
            turns.map(|one| Poller::new(actor(one)).until(written.clone())).collect::<Vec<_>>()
        };
        let polling = join(join_all(pollers(World::wilg)), join_all(pollers(World::admin)));
        let writing = async {
            let writers = (0..6).zip(instances.iter().cycle()).map(|(writer, one)| async move { write(one, &writer.to_string(), 4).await });
            let late = async {
                match others { 0 => Vec::new(), _ => linger(&instances[0], 3).await }
            };
            let (_, late) = join(join_all(writers), late).await;
            settle(&instances[0]).await;
            written.set(true);
            late
        };
        let ((of_wilg, of_admin), late) = join(polling, writing).await;
        for sequencer in sequencers {
            sequencer.abort();
        }
        for (found, actor, least) in [(of_wilg, instances[0].wilg(), 3 * 24), (of_admin, instances[0].admin(), 3 * 24)] {
            let whole = ids_in(&follow(&actor, None, "").await.0);
            assert!(whole.len() >= least, "{}", whole.len());
            let mut once = whole.clone();
            once.sort();
            once.dedup();
            assert_eq!(once.len(), whole.len(), "nothing is there twice");
            for one in found {
                assert_eq!(one, whole, "each poller got all of it, in the one order");
            }
        }
        let wilg = ids_in(&follow(&instances[0].wilg(), None, "").await.0);
        assert!(late.iter().all(|id| wilg.contains(&id.to_string())), "what was committed late is there");
    }
}
