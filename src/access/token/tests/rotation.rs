use std::time::Instant;

use chrono::TimeDelta;
use futures_util::future::join_all;

use super::super::RoleClaim;
use super::super::remote::Remote;
use super::*;
use crate::access::role::Role;
use crate::issuer::{DevIssuer, TokenRequest};

const UNKNOWN: &str = "no key of the issuer's signed it";

#[actix_web::test]
async fn keys_are_fetched_with_the_first_token_and_once_for_many() {
    let key = TestKey::ec("e1");
    let issuer = FakeIssuer::start(&[&key]);
    issuer.set(|pages| pages.delay = Duration::from_millis(50));
    let verifier = issuer.verifier();
    assert!(!verifier.ready());
    assert_eq!(issuer.requests(), 0);
    let tokens: Vec<_> = (0..50).map(|_| issuer.good_token(&key)).collect();
    let verified = join_all(tokens.iter().map(|token| verifier.verify(token))).await;
    assert!(verified.iter().all(Result::is_ok), "{verified:?}");
    assert!(verifier.ready());
    assert_eq!(issuer.fetches(), 1);
}

#[actix_web::test]
async fn warming_up_fetches_the_keys_before_a_token_needs_them() {
    let key = TestKey::ec("e1");
    let issuer = FakeIssuer::start(&[&key]);
    let verifier = issuer.verifier();
    assert!(verifier.warm().await);
    assert!(verifier.clone().ready(), "clones share the keys");
    assert!(verifier.verify(&issuer.good_token(&key)).await.is_ok());
    assert_eq!(issuer.fetches(), 1);
}

#[actix_web::test]
async fn a_new_key_works_with_its_first_token_and_the_old_one_as_long_as_it_is_published() {
    let (old, new) = (TestKey::ec("e1"), TestKey::rsa("r2"));
    let issuer = FakeIssuer::start(&[&old]);
    let verifier = Verifier::new(issuer.hasty(), Clock::default());
    let token = issuer.good_token(&old);
    let first = verifier.verify(&token).await.unwrap();
    issuer.publish(&[&new, &old]);
    assert!(verifier.verify(&issuer.good_token(&new)).await.is_ok());
    assert_eq!(issuer.fetches(), 2);
    assert!(
        Arc::ptr_eq(&first, &verifier.verify(&token).await.unwrap()),
        "and stays in the cache"
    );
}

#[actix_web::test]
async fn a_new_key_works_for_tokens_without_kid_too() {
    let (old, new) = (
        TestKey::ec("e1").without("kid"),
        TestKey::ec("e2").without("kid"),
    );
    let issuer = FakeIssuer::start(&[&old]);
    let verifier = Verifier::new(issuer.hasty(), Clock::default());
    let token =
        |key: &TestKey| key.token(&json!({"alg": "ES256", "typ": "at+jwt"}), &issuer.payload());
    assert!(verifier.verify(&token(&old)).await.is_ok());
    issuer.publish(&[&new]);
    assert!(verifier.verify(&token(&new)).await.is_ok());
    assert_eq!(refusal(&verifier, &token(&old)).await, UNKNOWN);
}

#[actix_web::test]
async fn a_withdrawn_key_stops_working_also_for_tokens_that_passed_with_it() {
    let (old, new) = (TestKey::ec("e1"), TestKey::ec("e2"));
    let issuer = FakeIssuer::start(&[&old]);
    let settings = Settings {
        keys_max_age: Duration::from_millis(100),
        ..issuer.hasty()
    };
    let verifier = Verifier::new(settings, Clock::default());
    let token = issuer.good_token(&old);
    assert!(verifier.verify(&token).await.is_ok());
    issuer.publish(&[&new]);
    std::thread::sleep(Duration::from_millis(120));
    assert_eq!(
        refusal(&verifier, &token).await,
        UNKNOWN,
        "the token that passed"
    );
    assert_eq!(
        refusal(&verifier, &issuer.good_token(&old)).await,
        UNKNOWN,
        "a new one"
    );
    assert!(verifier.verify(&issuer.good_token(&new)).await.is_ok());
}

#[actix_web::test]
async fn a_key_that_comes_back_as_another_under_the_same_kid_is_another() {
    let (old, new) = (TestKey::ec("e1"), TestKey::ec("e1"));
    let issuer = FakeIssuer::start(&[&old]);
    let settings = Settings {
        keys_max_age: Duration::ZERO,
        ..issuer.hasty()
    };
    let verifier = Verifier::new(settings, Clock::default());
    let token = issuer.good_token(&old);
    assert!(verifier.verify(&token).await.is_ok());
    issuer.publish(&[&new]);
    assert_eq!(
        refusal(&verifier, &token).await,
        "the signature is not its key's"
    );
}

#[actix_web::test]
async fn keys_of_unknown_name_cause_one_fetch_per_pause() {
    let (key, stranger) = (TestKey::ec("e1"), TestKey::ec("e2"));
    let issuer = FakeIssuer::start(&[&key]);
    let pause = Duration::from_secs(1);
    let verifier = Verifier::new(
        Settings {
            refetch_pause: pause,
            ..issuer.settings()
        },
        Clock::default(),
    );
    let started = Instant::now();
    for _ in 0..20 {
        assert_eq!(
            refusal(&verifier, &issuer.good_token(&stranger)).await,
            UNKNOWN
        );
    }
    assert!(
        started.elapsed() < pause,
        "too slow a machine for this test"
    );
    assert_eq!(issuer.fetches(), 1, "the fetch that got the keys at all");
    std::thread::sleep(pause);
    let strangers: Vec<_> = (0..20).map(|_| issuer.good_token(&stranger)).collect();
    for verified in join_all(strangers.iter().map(|token| verifier.verify(token))).await {
        assert_eq!(verified, Err(TokenFault::Invalid(UNKNOWN)));
    }
    assert_eq!(
        issuer.fetches(),
        2,
        "and one after the pause, for all of them"
    );
}

#[actix_web::test]
async fn an_issuer_that_is_down_leaves_the_keys_in_use_and_nobody_waiting() {
    let key = TestKey::ec("e1");
    let issuer = FakeIssuer::start(&[&key]);
    let settings = Settings {
        keys_max_age: Duration::ZERO,
        ..issuer.hasty()
    };
    let verifier = Verifier::new(settings, Clock::default());
    let token = issuer.good_token(&key);
    assert!(verifier.verify(&token).await.is_ok());
    issuer.set(|pages| pages.down = true);
    assert!(verifier.verify(&token).await.is_ok(), "who finds it down");
    issuer.set(|pages| pages.delay = Duration::from_secs(1));
    let started = Instant::now();
    for _ in 0..10 {
        assert!(verifier.verify(&token).await.is_ok());
        assert!(
            verifier.verify(&issuer.good_token(&key)).await.is_ok(),
            "and a token not seen before"
        );
    }
    assert!(started.elapsed() < Duration::from_millis(900));
    assert!(verifier.ready());
}

#[actix_web::test]
async fn an_issuer_that_is_back_is_asked_behind_the_requests() {
    let (old, new) = (TestKey::ec("e1"), TestKey::ec("e2"));
    let issuer = FakeIssuer::start(&[&old]);
    let settings = Settings {
        keys_max_age: Duration::ZERO,
        ..issuer.hasty()
    };
    let verifier = Verifier::new(settings, Clock::default());
    let token = issuer.good_token(&old);
    assert!(verifier.verify(&token).await.is_ok());
    issuer.set(|pages| pages.down = true);
    assert!(verifier.verify(&token).await.is_ok());
    issuer.publish(&[&new]);
    issuer.set(|pages| pages.down = false);
    let started = Instant::now();
    while verifier.verify(&token).await.is_ok() {
        assert!(
            started.elapsed() < Duration::from_secs(5),
            "the withdrawn key still works"
        );
        actix_web::rt::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(refusal(&verifier, &token).await, UNKNOWN);
}

#[actix_web::test]
async fn an_issuer_that_was_never_there_makes_the_service_unavailable_until_it_comes() {
    let key = TestKey::ec("e1");
    let issuer = FakeIssuer::start(&[&key]);
    issuer.set(|pages| pages.down = true);
    let verifier = issuer.verifier();
    let token = issuer.good_token(&key);
    for _ in 0..5 {
        assert_eq!(verifier.verify(&token).await, Err(TokenFault::Unavailable));
    }
    assert_eq!(issuer.requests(), 1, "not a request for every token");
    assert!(!verifier.ready());
    issuer.set(|pages| pages.down = false);
    std::thread::sleep(Duration::from_millis(1050));
    assert!(verifier.warm().await, "it need not wait for the long pause");
    assert!(verifier.verify(&token).await.is_ok());
}

#[actix_web::test]
async fn a_key_of_unknown_name_cannot_be_judged_while_the_issuer_is_down() {
    let (key, stranger) = (TestKey::ec("e1"), TestKey::ec("e2"));
    let issuer = FakeIssuer::start(&[&key]);
    let verifier = Verifier::new(issuer.hasty(), Clock::default());
    assert!(verifier.verify(&issuer.good_token(&key)).await.is_ok());
    issuer.set(|pages| pages.down = true);
    assert_eq!(
        verifier.verify(&issuer.good_token(&stranger)).await,
        Err(TokenFault::Unavailable)
    );
}

#[actix_web::test]
async fn an_issuer_that_withdraws_every_key_is_obeyed() {
    let key = TestKey::ec("e1");
    let issuer = FakeIssuer::start(&[&key]);
    let verifier = Verifier::new(
        Settings {
            keys_max_age: Duration::ZERO,
            ..issuer.hasty()
        },
        Clock::default(),
    );
    let token = issuer.good_token(&key);
    assert!(verifier.verify(&token).await.is_ok());
    issuer.publish(&[]);
    assert_eq!(verifier.verify(&token).await, Err(TokenFault::Unavailable));
    assert!(!verifier.ready());
}

#[actix_web::test]
async fn an_issuer_that_answers_nonsense_is_as_good_as_down() {
    let key = TestKey::ec("e1");
    let table: [(&str, Spoil); 8] = [
        ("another issuer", |pages| {
            pages.discovery["issuer"] = json!("https://other.example");
        }),
        ("an issuer with a slash behind", |pages| {
            pages.discovery["issuer"] =
                json!(format!("{}/", pages.discovery["issuer"].as_str().unwrap()));
        }),
        ("no issuer", |pages| {
            pages.discovery = json!({"jwks_uri": pages.discovery["jwks_uri"]});
        }),
        ("no jwks_uri", |pages| {
            pages.discovery = json!({"issuer": pages.discovery["issuer"]});
        }),
        // An address that answers here, and is still none of this machine's own.
        ("keys over a plain network", |pages| {
            let plain = pages.discovery["jwks_uri"]
                .as_str()
                .unwrap()
                .replace("127.0.0.1", "0.0.0.0");
            pages.discovery["jwks_uri"] = json!(plain);
        }),
        ("a redirect", |pages| {
            let moved = pages.discovery["jwks_uri"]
                .as_str()
                .unwrap()
                .replace("/keys", "/moved");
            pages.discovery["jwks_uri"] = json!(moved);
        }),
        ("no key set", |pages| pages.jwks = json!({"keys": "none"})),
        ("a key set without end", |pages| {
            pages.jwks["padding"] = json!("x".repeat(300 * 1024));
        }),
    ];
    for (what, spoil) in table {
        let issuer = FakeIssuer::start(&[&key]);
        issuer.set(spoil);
        let verifier = issuer.verifier();
        assert_eq!(
            verifier.verify(&issuer.good_token(&key)).await,
            Err(TokenFault::Unavailable),
            "{what}"
        );
    }
}

#[actix_web::test]
async fn what_the_issuer_for_development_signs_is_verified() {
    let server = FakeIssuer::start(&[]);
    let (dir, clock) = (tempfile::tempdir().unwrap(), Clock::default());
    let issuer = DevIssuer::open(dir.path(), &server.url)
        .unwrap()
        .with_clock(clock.clone());
    server.set(|pages| (pages.discovery, pages.jwks) = (issuer.discovery(), issuer.jwks()));
    clock.advance(TimeDelta::days(400));
    let token = issuer.token(&TokenRequest {
        subject: "u-1".to_owned(),
        name: Some("An Peeters".to_owned()),
        roles: vec!["facility:OVO000001".to_owned()],
        organisation: Some("0316380841".to_owned()),
        scopes: vec!["read:facilities".to_owned(), "write:answers".to_owned()],
        client: Some("ehr".to_owned()),
        audience: AUDIENCE.to_owned(),
        lifetime: TimeDelta::hours(1),
    });
    let claims = Verifier::new(server.settings(), clock.clone())
        .verify(&token.unwrap())
        .await
        .unwrap();
    let expected = Claims {
        subject: "u-1".to_owned(),
        client: Some("ehr".to_owned()),
        name: Some("An Peeters".to_owned()),
        roles: vec![RoleClaim {
            role: Role::Facility,
            organisation: Some("OVO000001".to_owned()),
        }],
        without_role: None,
        organisation: Some("0316380841".to_owned()),
        scopes: vec!["read:facilities".to_owned(), "write:answers".to_owned()],
        expires: claims.expires,
    };
    assert_eq!(*claims, expected);
    assert!((3595..=3600).contains(&(claims.expires - clock.now().timestamp())));
}

#[test]
fn an_issuer_that_speaks_no_tls_is_not_believed() {
    let server = FakeIssuer::start(&[&TestKey::ec("e1")]);
    let url = server.url.replace("http:", "https:");
    let found = Remote::new(&url, Duration::from_secs(2)).discover();
    assert!(
        found
            .unwrap_err()
            .contains("/.well-known/openid-configuration: ")
    );
    assert_eq!(server.requests(), 0);
}

#[test]
fn only_https_and_this_machine_are_safe() {
    use super::super::is_safe_url;
    for url in [
        "https://issuer.example/realm",
        "http://127.0.0.1:8080",
        "http://[::1]:80/x",
        "http://localhost:1/a",
    ] {
        assert!(is_safe_url(url), "{url}");
    }
    for url in [
        "http://issuer.example",
        "http://localhost.issuer.example",
        "http://127.0.0.1@issuer.example/",
        "http://10.0.0.1",
        "ftp://localhost",
        "file:///etc/passwd",
        "localhost",
        "https://",
        "",
    ] {
        assert!(!is_safe_url(url), "{url}");
    }
}
