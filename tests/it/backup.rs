//! A backup is made while others write, and is a whole service again.
use std::path::Path;
use std::process::Command;

use kindreflex::access::connect;
use kindreflex::audit::verify::whole;
use kindreflex::db::migrate;
use serde_json::json;

use crate::support::{Backend, World, databases, issuer};

/// Runs the program on the world's database; gives back whether it went well, and what it said.
fn backup(url: &str, file: &Path) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_kindreflex"))
        .arg("backup")
        .arg(file)
        .env("KINDREFLEX_DATABASE_URL", url)
        .env("RUST_LOG", "off")
        .output()
        .expect("an end");
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

/// A database of its own made of the backup.
fn restored(world: &World, file: &Path) -> String {
    match world.backend {
        Backend::Sqlite => format!("sqlite:{}", file.display()),
        Backend::Postgres => databases::restored(file),
    }
}

on_both! {
    async fn a_backup_made_while_others_write_is_a_whole_service(world: World) {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("it's a copy.backup");
        let admin = world.admin();
        let input = |name: &str| json!({"name": name, "validFrom": "2020-01-01"});
        let before = admin.post("/organisations", input("vzw Ervoor")).await.expect(201);
        world.number_events().await;
        let (url, to) = (world.url.clone(), file.clone());
        let backing_up = std::thread::spawn(move || backup(&url, &to));
        let mut written = 0;
        while !backing_up.is_finished() || written == 0 {
            admin.post("/organisations", input("vzw Intussen")).await.expect(201);
            world.number_events().await;
            written += 1;
        }
        let (good, said) = backing_up.join().expect("an end");
        assert!(good && said.contains("bytes"), "{said}");
        let url = restored(&world, &file);
        assert!(!migrate::is_pending(&mut connect(&url).expect("opens")).expect("known"));
        let copy = issuer::state(&url);
        let report = whole(&copy, None, |_, _| ()).await.expect("a report");
        assert_eq!(report.faults, []);
        assert!(report.sealed > 0);
        let copy = World::over(copy, world.backend, &url).await;
        let id = before.body["id"].as_str().expect("an id");
        assert_eq!(copy.admin().get(&format!("/organisations/{id}")).await.expect(200).body, before.body);
        copy.admin().post("/organisations", input("vzw Erna")).await.expect(201);
    }

    async fn a_backup_takes_the_place_of_no_file_and_leaves_none_when_it_fails(world: World) {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("copy.backup");
        std::fs::write(&file, "somebody's").expect("a file");
        let (good, said) = backup(&world.url, &file);
        assert!(!good && said.contains("is there already"), "{said}");
        assert_eq!(std::fs::read(&file).expect("a file"), b"somebody's");
        let gone = match world.backend {
            Backend::Sqlite => format!("sqlite:{}", directory.path().join("none.db").display()),
            Backend::Postgres => format!("{}x", world.url),
        };
        let (good, said) = backup(&gone, &directory.path().join("none.backup"));
        assert!(!good, "{said}");
        let left: Vec<_> = std::fs::read_dir(directory.path()).expect("a directory").collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }
}
