use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use futures_util::future::join_all;

use super::super::cache::Fingerprint;
use super::super::introspection::Refused;
use super::*;

const TOKEN: &str = "b1946ac9-2492-4d23-8e3a";

/// An issuer that answers this for every token.
fn answering(answer: &Value) -> FakeIssuer {
    let issuer = FakeIssuer::start(&[&TestKey::ec("e1")]);
    issuer.set(|pages| pages.introspection = (200, answer.to_string()));
    issuer
}

/// An issuer that answers the good payload with these changes; null takes a member out.
fn answering_with(changes: Value) -> FakeIssuer {
    let issuer = FakeIssuer::start(&[&TestKey::ec("e1")]);
    let mut answer = issuer.payload();
    answer["active"] = json!(true);
    for (name, value) in changes.as_object().unwrap() {
        answer[name] = value.clone();
    }
    answer
        .as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    issuer.set(|pages| pages.introspection = (200, answer.to_string()));
    issuer
}

fn asking(issuer: &FakeIssuer, clock: &Clock) -> Verifier {
    let client = Introspection {
        client: "kind reflex".to_owned(),
        secret: "s:é/1".to_owned(),
    };
    Verifier::new(
        Settings {
            introspection: Some(client),
            ..issuer.hasty()
        },
        clock.clone(),
    )
}

#[actix_web::test]
async fn an_opaque_token_is_what_the_issuer_says_it_is() {
    let issuer = answering_with(json!({}));
    let claims = asking(&issuer, &Clock::default())
        .verify(TOKEN)
        .await
        .unwrap();
    assert_eq!(
        (claims.subject.as_str(), claims.scopes.as_slice()),
        ("u-1", ["read:facilities".to_owned()].as_slice())
    );
    let asked = issuer.introspected().concat();
    let basic = STANDARD.encode("kind+reflex:s%3A%C3%A9%2F1");
    assert!(asked.starts_with("POST /introspect "), "{asked}");
    assert!(
        asked.contains(&format!("authorization: Basic {basic}\r\n")),
        "{asked}"
    );
    assert!(
        asked.ends_with(&format!(
            "\r\n\r\ntoken={TOKEN}&token_type_hint=access_token"
        )),
        "{asked}"
    );
}

#[actix_web::test]
async fn every_answer_that_is_not_a_clear_yes_refuses_the_token() {
    let now = Clock::default().now().timestamp();
    let table = [
        (
            "inactive",
            json!({"active": false}),
            "the issuer says that it is not active",
        ),
        (
            "active a text",
            json!({"active": "true"}),
            "the issuer says that it is not active",
        ),
        (
            "no active",
            json!({"active": null}),
            "the issuer says that it is not active",
        ),
        (
            "another issuer",
            json!({"iss": "https://other.example"}),
            "iss is another",
        ),
        (
            "another audience",
            json!({"aud": "https://other.example"}),
            "aud is another",
        ),
        ("no audience", json!({"aud": null}), "no aud"),
        (
            "bound to a key",
            json!({"cnf": {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}}),
            "bound to a key (cnf), of which no proof is checked here",
        ),
        ("no exp", json!({"exp": null}), "no exp"),
        ("no sub", json!({"sub": null}), "no sub"),
        (
            "nbf in the future",
            json!({"nbf": now + 60}),
            "nbf is in the future",
        ),
        (
            "iat in the future",
            json!({"iat": now + 60}),
            "iat is in the future",
        ),
    ];
    for (what, changes, expected) in table {
        let issuer = answering_with(changes);
        assert_eq!(
            refusal(&asking(&issuer, &Clock::default()), TOKEN).await,
            expected,
            "{what}"
        );
    }
    let issuer = answering_with(json!({"exp": now - 10}));
    assert_eq!(
        asking(&issuer, &Clock::default()).verify(TOKEN).await,
        Err(TokenFault::Expired)
    );
    let issuer = answering_with(json!({"kindreflex_rol_3d": ["inspector", "authority"]}));
    assert_eq!(
        asking(&issuer, &Clock::default()).verify(TOKEN).await,
        Err(TokenFault::ConflictingRoles)
    );
}

#[actix_web::test]
async fn what_is_active_but_no_access_token_is_refused() {
    let table = [
        json!({"token_type": "DPoP"}),
        json!({"token_type": "mac"}),
        json!({"token_type": "refresh_token"}),
        json!({"token_type": ["Bearer"]}),
        json!({"token_type": ""}),
        json!({"typ": "Refresh"}),
        json!({"typ": "Offline", "token_type": "Bearer"}),
        json!({"typ": "ID", "token_type": "Bearer"}),
        json!({"typ": "Logout"}),
        json!({"token_use": "refresh_token", "token_type": "Bearer"}),
        json!({"token_use": "id"}),
    ];
    for changes in table {
        let issuer = answering_with(changes.clone());
        assert_eq!(
            refusal(&asking(&issuer, &Clock::default()), TOKEN).await,
            "the issuer says that it is no bearer's access token",
            "{changes}"
        );
    }
}

#[actix_web::test]
async fn an_access_token_is_taken_by_whichever_name_the_issuer_gives_it() {
    let table = [
        json!({"token_type": "Bearer"}),
        json!({"token_type": "bearer"}),
        json!({"token_type": "access_token"}),
        json!({"token_type": "Bearer", "typ": "Bearer"}),
        json!({"typ": "at+jwt"}),
        json!({"typ": "application/at+jwt"}),
        json!({"token_use": "access_token"}),
        json!({"token_use": "access"}),
    ];
    for changes in table {
        let issuer = answering_with(changes.clone());
        let verified = asking(&issuer, &Clock::default()).verify(TOKEN).await;
        assert!(verified.is_ok(), "{changes}: {verified:?}");
    }
}

#[actix_web::test]
async fn an_answer_may_leave_out_issuer_and_moment_of_issue() {
    let issuer = answering_with(json!({"iss": null, "iat": null}));
    assert!(
        asking(&issuer, &Clock::default())
            .verify(TOKEN)
            .await
            .is_ok()
    );
}

#[actix_web::test]
async fn introspection_that_fails_keeps_the_door_closed() {
    let table: [(&str, Spoil); 7] = [
        ("down", |pages| pages.down = true),
        ("our secret is wrong", |pages| pages.introspection.0 = 401),
        ("broken", |pages| pages.introspection.0 = 500),
        ("no JSON", |pages| pages.introspection.1 = "yes".to_owned()),
        ("active twice", |pages| {
            pages.introspection.1 = pages.introspection.1.replacen('{', "{\"active\":false,", 1);
        }),
        ("no endpoint", |pages| {
            pages.discovery["introspection_endpoint"] = Value::Null;
        }),
        ("an endpoint over a plain network", |pages| {
            let plain = pages.discovery["introspection_endpoint"]
                .as_str()
                .unwrap()
                .replace("127.0.0.1", "0.0.0.0");
            pages.discovery["introspection_endpoint"] = json!(plain);
        }),
    ];
    for (what, spoil) in table {
        let issuer = answering_with(json!({}));
        issuer.set(spoil);
        let verifier = asking(&issuer, &Clock::default());
        assert_eq!(
            verifier.verify(TOKEN).await,
            Err(TokenFault::Unavailable),
            "{what}"
        );
    }
}

#[actix_web::test]
async fn an_answer_is_believed_for_a_minute() {
    let (issuer, clock) = (answering_with(json!({})), Clock::default());
    let verifier = asking(&issuer, &clock);
    assert!(verifier.verify(TOKEN).await.is_ok());
    clock.advance(TimeDelta::seconds(58));
    assert!(verifier.verify(TOKEN).await.is_ok());
    assert_eq!(issuer.introspected().len(), 1);
    issuer.set(|pages| pages.introspection.1 = json!({"active": false}).to_string());
    clock.advance(TimeDelta::seconds(2));
    assert!(
        matches!(verifier.verify(TOKEN).await, Err(TokenFault::Invalid(_))),
        "revoked since"
    );
    assert_eq!(issuer.introspected().len(), 2);
}

#[actix_web::test]
async fn an_answer_is_never_believed_past_the_tokens_exp() {
    let clock = Clock::default();
    let issuer = answering_with(json!({"exp": clock.now().timestamp() + 20}));
    let verifier = asking(&issuer, &clock);
    assert!(verifier.verify(TOKEN).await.is_ok());
    clock.advance(TimeDelta::seconds(26));
    assert_eq!(verifier.verify(TOKEN).await, Err(TokenFault::Expired));
}

#[actix_web::test]
async fn a_token_that_comes_many_times_at_once_is_asked_about_once() {
    let issuer = answering_with(json!({}));
    issuer.set(|pages| pages.delay = Duration::from_millis(30));
    let verifier = asking(&issuer, &Clock::default());
    let verified = join_all((0..20).map(|_| verifier.verify(TOKEN))).await;
    assert!(verified.iter().all(Result::is_ok), "{verified:?}");
    assert_eq!(issuer.introspected().len(), 1);
}

/// Tokens that nobody was ever given.
fn made_up(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("made-up-{number}"))
        .collect()
}

#[actix_web::test]
async fn a_flood_of_made_up_tokens_keeps_nobody_waiting_whose_token_was_good() {
    let (issuer, clock) = (answering_with(json!({})), Clock::default());
    issuer.set(|pages| pages.only = Some(TOKEN));
    let verifier = asking(&issuer, &clock);
    verifier.verify(TOKEN).await.unwrap();
    clock.advance(TimeDelta::seconds(60));
    issuer.set(|pages| pages.delay = Duration::from_millis(1200));
    let flooded = verifier.clone();
    let flood = actix_web::rt::spawn(async move {
        let tokens = made_up(160);
        join_all(tokens.iter().map(|token| flooded.verify(token))).await
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let verified = verifier.verify(TOKEN).await;
    flood.abort();
    assert!(verified.is_ok(), "{verified:?}");
}

#[actix_web::test]
async fn a_bad_token_is_asked_about_once_in_ten_seconds() {
    let (issuer, clock) = (answering_with(json!({})), Clock::default());
    issuer.set(|pages| (pages.only, pages.delay) = (Some("another"), Duration::from_millis(30)));
    let verifier = asking(&issuer, &clock);
    let refused = join_all((0..20).map(|_| verifier.verify(TOKEN))).await;
    let inactive = Err(TokenFault::Invalid("the issuer says that it is not active"));
    assert!(
        refused.iter().all(|fault| *fault == inactive),
        "{refused:?}"
    );
    clock.advance(TimeDelta::seconds(8));
    assert_eq!(verifier.verify(TOKEN).await, inactive);
    assert_eq!(issuer.introspected().len(), 1);
    issuer.set(|pages| pages.only = None);
    clock.advance(TimeDelta::seconds(2));
    assert!(
        verifier.verify(TOKEN).await.is_ok(),
        "known to the issuer since"
    );
}

#[actix_web::test]
async fn a_token_that_nothing_could_be_said_about_is_asked_about_again_at_once() {
    let (issuer, clock) = (answering_with(json!({})), Clock::default());
    issuer.set(|pages| pages.introspection.0 = 500);
    let verifier = asking(&issuer, &clock);
    assert_eq!(verifier.verify(TOKEN).await, Err(TokenFault::Unavailable));
    issuer.set(|pages| pages.introspection.0 = 200);
    assert!(verifier.verify(TOKEN).await.is_ok());
}

#[test]
fn what_was_refused_is_remembered_within_bounds() {
    let (refused, fault) = (Refused::default(), TokenFault::Expired);
    for token in made_up(10_000) {
        let fingerprint = Fingerprint::of(&token);
        refused.put(fingerprint, fault.clone(), 100);
        assert_eq!(refused.check(&fingerprint, 109), Err(fault.clone()));
        assert_eq!(refused.check(&fingerprint, 110), Ok(()));
    }
    assert!(refused.len() <= 4096, "{}", refused.len());
}

#[actix_web::test]
async fn a_token_that_was_revoked_is_a_stranger_again() {
    let (issuer, clock) = (answering_with(json!({})), Clock::default());
    let verifier = asking(&issuer, &clock);
    let is_known = || {
        let now = clock.now().timestamp();
        verifier.0.cache.knows(&Fingerprint::of(TOKEN), now)
    };
    assert!(!is_known());
    verifier.verify(TOKEN).await.unwrap();
    clock.advance(TimeDelta::minutes(30));
    assert!(is_known());
    issuer.set(|pages| pages.only = Some("another"));
    assert!(verifier.verify(TOKEN).await.is_err());
    assert!(!is_known());
}

#[actix_web::test]
async fn bad_tokens_never_push_a_good_one_out() {
    let issuer = answering_with(json!({}));
    issuer.set(|pages| pages.only = Some(TOKEN));
    let settings = Settings {
        cache_size: 1,
        ..asking(&issuer, &Clock::default()).0.settings.clone()
    };
    let verifier = Verifier::new(settings, Clock::default());
    verifier.verify(TOKEN).await.unwrap();
    for token in made_up(50) {
        assert!(verifier.verify(&token).await.is_err(), "{token}");
    }
    let asked = issuer.introspected().len();
    assert!(verifier.verify(TOKEN).await.is_ok());
    assert_eq!(issuer.introspected().len(), asked);
}

#[actix_web::test]
async fn a_signed_token_is_never_sent_to_introspection() {
    let issuer = answering(&json!({"active": true}));
    let token = issuer.good_token(&TestKey::ec("e9"));
    let verifier = asking(&issuer, &Clock::default());
    assert!(matches!(
        verifier.verify(&token).await,
        Err(TokenFault::Invalid(_))
    ));
    assert!(issuer.introspected().is_empty());
}

#[actix_web::test]
async fn an_opaque_token_is_refused_where_no_introspection_is_set_up() {
    let issuer = answering_with(json!({}));
    let reason = refusal(&issuer.verifier(), TOKEN).await;
    assert_eq!(reason, "not a signed token, and no introspection is set up");
    assert_eq!(issuer.requests(), 0);
}

#[test]
fn the_clients_secret_is_not_shown_when_settings_are() {
    let client = Introspection {
        client: "kindreflex".to_owned(),
        secret: "hunter2".to_owned(),
    };
    let shown = format!(
        "{:?}",
        Settings {
            introspection: Some(client),
            ..Settings::new("a", "b")
        }
    );
    assert!(
        shown.contains("kindreflex") && !shown.contains("hunter2"),
        "{shown}"
    );
}
